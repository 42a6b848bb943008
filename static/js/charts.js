// Draws the figures of a page when they scroll into view. A figure is JSON in a <script type="application/json">;
// Plotly is fetched once, when the first is needed. Without this file the table under each chart says the same.

const TOKENS = {
    "#1b2225": "--chart-ink",
    "#4b5559": "--chart-soft",
    "#e4e0d8": "--chart-grid",
    "#0f5a6e": "--chart-line",
    "#8a5a1a": "--chart-line-2",
    "#e3e0da": "--chart-land",
    "#ffffff": "--chart-edge",
    "#a8a49b": "--chart-faint",
    "#fdfcfa": "--chart-paper",
    "#1e6040": "--chart-down",
    "#c8dde1": "--chart-line-pale",
    "#79aab6": "--chart-line-middle",
    "#d3b689": "--chart-line-2-middle",
    "#7f8583": "--line-strong",
    "#eeece8": "--unassessed",
    "#cfd3d4": "--undetermined",
    "#f5ecd2": "--level-1",
    "#f0cd7f": "--level-2",
    "#e0964a": "--level-3",
    "#ad4526": "--level-4",
    "#63122b": "--level-5",
};
const CONFIG = { displayModeBar: false, responsive: true, displaylogo: false, scrollZoom: false, doubleClick: false };
const PATIENCE = 3000; // ms: as long, the button waits for the size of the library
const SLOW = ["slow-2g", "2g", "3g"];
const SVG = "http://www.w3.org/2000/svg";
// On the map UNDETERMINED is thin lines on paper: paler than any level (tests/indicators/test_charts.py computes it).
const HATCH = { step: 4.5, line: 0.8, ground: "#fdfcfa", ink: "#a8a49b" };
const PICTURE = { width: 1200, height: 675, scale: 2, head: 84, foot: 64, legend: 32, letters: 88 };
const LETTER = 6.6; // pixels of a letter of a label, on average and a little more
const dark = window.matchMedia("(prefers-color-scheme: dark)");
const phone = window.matchMedia("(max-width: 40rem)"); // where static/css/parts/charts.css gives labels room for two lines
let plotly;

// The package carries a map library that writes a <style> as it loads. We draw nothing with it, and our
// Content-Security-Policy refuses it: left out here, so that the console shows only violations that matter.
function withoutStyles(head) {
    const append = head.appendChild;
    head.appendChild = (node) => (node instanceof HTMLStyleElement ? node : append.call(head, node));
    return () => delete head.appendChild;
}

function library(address) {
    plotly ??= new Promise((resolve, reject) => {
        const script = document.createElement("script");
        script.src = address;
        const restore = withoutStyles(document.head);
        script.onload = () => {
            restore();
            // Plotly would ask a foreign server for a base map that we do not draw (docs/decisions/0003).
            const assets = (window.PlotlyGeoAssets ??= { topojson: {} });
            assets.topojson.world_110m = { type: "Topology", objects: {}, arcs: [] };
            resolve(window.Plotly);
        };
        script.onerror = () => {
            restore();
            reject(new Error("the chart library could not be fetched"));
        };
        document.head.append(script);
    });
    return plotly;
}

function themed(value, style) {
    if (typeof value === "string") {
        return value in TOKENS ? style.getPropertyValue(TOKENS[value]).trim() : value;
    }
    if (Array.isArray(value)) {
        return value.map((one) => themed(one, style));
    }
    if (value && typeof value === "object") {
        return Object.fromEntries(Object.entries(value).map(([key, one]) => [key, themed(one, style)]));
    }
    return value;
}

function element(name, attributes) {
    const made = document.createElementNS(SVG, name);
    for (const [key, value] of Object.entries(attributes)) {
        made.setAttribute(key, value);
    }
    return made;
}

function inScheme(colour) {
    return themed(colour, getComputedStyle(document.documentElement));
}

// What too little is known of is hatched on maps as everywhere else; Plotly has no pattern for areas.
function hatch(plot, colour = inScheme) {
    const wanted = plot._fullData?.filter((trace) => trace.meta?.hatched && trace.type === "choropleth") ?? [];
    const canvas = plot.querySelector("svg.main-svg");
    if (!wanted.length || !canvas) {
        return;
    }
    const id = `${plot.id}-hatch`;
    document.getElementById(id)?.remove();
    const { step, line, ground, ink } = HATCH;
    const pattern = element("pattern", {
        id, width: step, height: step, patternUnits: "userSpaceOnUse", patternTransform: "rotate(45)",
    });
    pattern.append(
        element("rect", { width: step, height: step, fill: colour(ground) }),
        element("rect", { width: line, height: step, fill: colour(ink) }),
    );
    canvas.querySelector("defs").append(pattern);
    const places = new Set(wanted.flatMap((trace) => trace.locations));
    const names = new Set(wanted.map((trace) => trace.name));
    for (const area of plot.querySelectorAll(".choroplethlayer path")) {
        if (places.has(area.__data__?.loc)) {
            area.style.fill = `url(#${id})`;
        }
    }
    for (const key of plot.querySelectorAll(".legend .traces")) {
        if (names.has(key.textContent.trim())) {
            key.querySelector(".layers path")?.style.setProperty("fill", `url(#${id})`);
        }
    }
}

function follow(plot, pattern) {
    plot.on("plotly_click", ({ points }) => {
        const place = points[0]?.customdata ?? points[0]?.location;
        if (typeof place === "string" && /^[A-Z]{3}$/.test(place)) {
            window.location.assign(pattern.replace("XXX", place));
        }
    });
}

const markup = { "&": "&amp;", "<": "&lt;", ">": "&gt;" };

// A text as lines of Plotly's own small markup.
function lines(text, letters) {
    const found = [""];
    for (const word of text.split(/\s+/)) {
        if (found.at(-1) && found.at(-1).length + word.length >= letters) {
            found.push("");
        }
        found.push(`${found.pop()} ${word}`.trim());
    }
    return found.map((line) => line.replace(/[&<>]/g, (sign) => markup[sign])).join("<br>");
}

// Labels that ask for it, in as many lines as the figure's width makes of them.
function wrapped(layout, width) {
    const annotations = layout.annotations?.map((one) =>
        one.name === "wraps" ? { ...one, text: lines(one.text, Math.floor(width / LETTER)) } : one,
    );
    return annotations ? { ...layout, annotations } : layout;
}

// What a file must say by itself: title and unit above the figure, the source below it.
function framed(chart, layout) {
    const said = (selector) => lines(chart.querySelector(selector).textContent.trim(), PICTURE.letters);
    const { l = 0, r = 0, t = 0, b = 0 } = layout.margin;
    const title = said("figcaption h3");
    const more = 26 * (title.split("<br>").length - 1) + (layout.meta?.legend ? PICTURE.legend : 0);
    const foot = {
        xref: "paper", yref: "paper", x: 0, y: 0, xanchor: "left", yanchor: "bottom", showarrow: false,
        xshift: -l, yshift: -(b + PICTURE.foot - 8), align: "left", font: { size: 13 }, text: said(".chart-source"),
    };
    return {
        ...layout,
        width: PICTURE.width,
        height: PICTURE.height,
        paper_bgcolor: "#ffffff",
        margin: { l: l + 24, r: r + 24, t: t + PICTURE.head + more, b: b + PICTURE.foot },
        title: {
            text: title,
            subtitle: { text: said(".chart-unit"), font: { size: 15, color: "#4b5559" } },
            x: 0.02, xanchor: "left", y: 0.97, yanchor: "top", font: { size: 21, color: "#1b2225" },
        },
        annotations: [...(layout.annotations ?? []), foot],
        ...(layout.meta?.legend
            ? { showlegend: true, legend: { orientation: "h", x: 0, y: 1.01, yanchor: "bottom", traceorder: "normal" } }
            : {}),
    };
}

// A level has one key in the picture's legend: its areas', or its dots' where it has no area.
function keyed(data) {
    const areas = new Set(data.filter(({ type }) => type === "choropleth").map(({ name }) => name));
    return data.map((trace) =>
        trace.type === "choropleth" || trace.type === "scattergeo"
            ? { ...trace, showlegend: trace.type === "choropleth" || !areas.has(trace.name) }
            : trace,
    );
}

// The figure as SVG, in the light colours that its JSON has: a file goes onto paper and into other people's pages.
async function drawing(chart) {
    const plot = chart.querySelector("[data-plot]");
    const { data, layout } = JSON.parse(document.getElementById(plot.dataset.plot).textContent);
    const Plotly = await library(chart.dataset.library);
    const stage = document.createElement("div");
    stage.className = "picture-stage";
    stage.id = `${plot.id}-picture`;
    document.body.append(stage);
    try {
        await Plotly.newPlot(stage, keyed(data), framed(chart, wrapped(layout, PICTURE.width)), { staticPlot: true });
        hatch(stage, (colour) => colour);
        return Plotly.Snapshot.toSVG(stage, "png");
    } finally {
        Plotly.purge(stage);
        stage.remove();
    }
}

// Plotly's own way makes a blob: picture, which our Content-Security-Policy refuses; a data: picture it allows.
async function picture(chart, name) {
    const image = new Image();
    image.src = `data:image/svg+xml,${encodeURIComponent(await drawing(chart))}`;
    await image.decode();
    const canvas = document.createElement("canvas");
    canvas.width = PICTURE.width * PICTURE.scale;
    canvas.height = PICTURE.height * PICTURE.scale;
    canvas.getContext("2d").drawImage(image, 0, 0, canvas.width, canvas.height);
    const file = await new Promise((resolve) => canvas.toBlob(resolve, "image/png"));
    const link = document.createElement("a");
    link.download = name;
    link.href = URL.createObjectURL(file);
    link.click();
    setTimeout(() => URL.revokeObjectURL(link.href), 60000);
}

function offerPicture(chart) {
    const button = chart.querySelector("[data-picture]");
    if (!button) {
        return;
    }
    button.hidden = false;
    button.addEventListener("click", async () => {
        button.disabled = true;
        await picture(chart, button.dataset.picture);
        button.disabled = false;
    });
}

async function draw(chart) {
    const plot = chart.querySelector("[data-plot]");
    const figure = JSON.parse(document.getElementById(plot.dataset.plot).textContent);
    try {
        const Plotly = await library(chart.dataset.library);
        const { data, layout } = themed(figure, getComputedStyle(document.documentElement));
        const known = plot.classList.contains("js-plotly-plot");
        await Plotly.react(plot, data, wrapped(layout, plot.clientWidth), CONFIG);
        plot.classList.add("drawn");
        if (!known) {
            plot.on("plotly_afterplot", () => hatch(plot));
            if (chart.dataset.follow) {
                follow(plot, chart.dataset.follow);
            }
            offerPicture(chart);
        }
        hatch(plot);
    } catch (error) {
        plot.textContent = chart.dataset.failed.replace("{why}", error.message);
    }
}

function isSlow() {
    const line = navigator.connection;
    return Boolean(line && (line.saveData || SLOW.includes(line.effectiveType)));
}

// What a fetch of the library would cost on this line, asked of the server; nothing where it does not say.
async function sizeOf(address) {
    const answer = await fetch(address, { method: "HEAD" }).catch(() => null);
    const bytes = Number(answer?.headers.get("Content-Length"));
    return bytes ? (bytes / 1e6).toFixed(1) : "";
}

// The button comes with its whole text, so that nothing moves when the size is known.
async function askFirst(chart) {
    const size = await Promise.race([sizeOf(chart.dataset.library), later(PATIENCE)]);
    const button = document.createElement("button");
    button.type = "button";
    button.className = "button button-quiet";
    button.textContent = size ? chart.dataset.drawSize.replace("{n}", size) : chart.dataset.draw;
    button.addEventListener("click", () => {
        button.remove();
        draw(chart);
    });
    chart.querySelector("[data-plot]").append(button);
}

const later = (wait) => new Promise((resolve) => setTimeout(resolve, wait));

const drawn = new Set();
const watcher = new IntersectionObserver((entries) => {
    for (const { isIntersecting, target } of entries) {
        if (isIntersecting && !drawn.has(target)) {
            drawn.add(target);
            watcher.unobserve(target);
            if (isSlow()) {
                askFirst(target);
            } else {
                draw(target);
            }
        }
    }
}, { rootMargin: "160px" });

function watch(root) {
    for (const chart of root.querySelectorAll("[data-chart]")) {
        const twin = chart.querySelector("[data-twin]");
        if (twin && chart.querySelector("[data-plot]")) {
            twin.open = false;
        }
        twin?.classList.add("ready");
        watcher.observe(chart);
    }
}

watch(document);
document.addEventListener("part:added", ({ target }) => watch(target)); // static/js/lazy.js

function again() {
    for (const chart of drawn) {
        if (chart.querySelector(".drawn")) {
            draw(chart);
        }
    }
}

dark.addEventListener("change", again);
phone.addEventListener("change", again);
