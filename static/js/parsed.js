// A page of ours that a script fetched, to take parts of: without its stylesheet, which this page has already and
// which the policy of contents would refuse here.
export const parsed = (text) => new DOMParser().parseFromString(text.replace(/<style[^]*?<\/style>/, ""), "text/html");
