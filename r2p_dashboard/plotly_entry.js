// The chart library with only the kinds of trace that the pages draw; scatter is part of its core. `npm run build` makes one
// file of it. tests/pages/test_plotly_bundle.py keeps this list and the figures together.
import core from "plotly.js/lib/core";
import bar from "plotly.js/lib/bar";
import choropleth from "plotly.js/lib/choropleth";
import scattergeo from "plotly.js/lib/scattergeo";

core.register([bar, choropleth, scattergeo]);
window.Plotly = core;
