"use strict";
(() => {
const data = JSON.parse(document.getElementById("data").textContent);
const byId = (id) => document.getElementById(id);
// A place is the number of its row; columns of few words hold their codes. Outlines stand behind
// this script in the page: the list is there before they are read, and the map alone reads them.
const n = data.columns.threat.length;
const of = (row, name) => name in data.words ? data.words[name][data.columns[name][row]]
  : data.columns[name][row];
const N_LISTED = 100;
const HARM = ["act", "look_on_site"];
const at = (row) => [data.columns.lon[row] / 1e5, data.columns.lat[row] / 1e5];
const first = new Set(data.first);
const species = Object.fromEntries(data.herds.map((herd) => [herd.herd, herd.species]));
// What people call a herd; its name in addresses and folders is another.
const titles = Object.fromEntries(data.herds.map((herd) => [herd.herd, herd.title || herd.herd]));

// What is chosen; it stands in the address, so that a link shows the same.
const FILTERS = ["species", "herd", "grade", "kind"];
const state = { season: "all", month: "", place: "", bottleneck: "" };
const read = () => new URLSearchParams(location.hash.slice(1));
for (const [name, value] of read()) state[name] = value;
let timer = 0, written = location.hash;
const keep = () => {
  clearTimeout(timer);
  timer = setTimeout(() => {
    if (location.hash !== written) return; // a link was opened in this page: the event will tell
    const said = new URLSearchParams();
    for (const name of [...FILTERS, "season", "month", "place", "bottleneck", "at"])
      if (state[name] && !(name === "season" && state[name] === "all")) said.set(name, state[name]);
    const text = said.toString();
    if (location.hash.slice(1) !== text) history.replaceState(null, "", text ? "#" + text : " ");
    written = location.hash;
  }, 150);
};

const element = (tag, text, attributes = {}) => {
  const made = document.createElement(tag);
  if (text !== "") made.textContent = text;
  for (const [name, value] of Object.entries(attributes)) made.setAttribute(name, value);
  return made;
};
const number = (value) => {
  if (value === null || value === undefined) return "–";
  if (value === 0) return "0";
  if (value < 0.01) return "< 0.01";
  const rounded = Number(value.toPrecision(2));
  return rounded >= 10 ? Math.round(value).toLocaleString("en") : value.toFixed(1 - Math.floor(Math.log10(rounded)));
};
const dot = (grade) => {
  const made = element("span", "", { class: "key" });
  made.style.background = data.colours.grade[grade];
  return made;
};

const fill = (name, values, words) => {
  const select = byId(name);
  for (const value of values) select.append(element("option", words(value), { value }));
  select.value = values.includes(state[name]) ? state[name] : select.options[0].value;
  state[name] = select.value;
  select.addEventListener("change", () => { state[name] = select.value; state.place = state.bottleneck = ""; show(); });
};
const distinct = (values) => [...new Set(values)].sort();
fill("species", distinct(data.herds.map((herd) => herd.species)), (value) => value);
fill("herd", data.herds.map((herd) => herd.herd), (value) => titles[value]);
fill("grade", Object.keys(data.grades), (value) => data.grades[value]);
fill("kind", data.words.kind, (value) => value);
fill("season", data.seasons.filter((one) => one !== "all"), (value) => value[0].toUpperCase() + value.slice(1));

// 0 is all months. A mask has a bit for each month, January the lowest; where it is 0 nothing is
// known, and what it belongs to is shown in every month.
const slider = byId("month");
const isIn = (mask, month) => ((mask >> (month - 1)) & 1) === 1;
const isShown = (mask) => !state.month || mask === 0 || isIn(mask, state.month);
const monthName = () => state.month ? data.month_names[state.month - 1] : "All months";
const setMonth = (value) => {
  const month = Number(value);
  state.month = Number.isInteger(month) && month >= 1 && month <= 12 ? month : 0;
  slider.value = state.month;
  slider.setAttribute("aria-valuetext", monthName());
  byId("month-name").textContent = monthName();
};
setMonth(state.month);
slider.addEventListener("input", () => {
  setMonth(slider.value);
  state.place = state.bottleneck = "";
  show();
});

const passes = (herd) => (!state.herd || state.herd === herd)
  && (!state.species || state.species === species[herd]);
const code = (name, word) => data.words[name].indexOf(word);
const herdPasses = () => data.words.herd.map(passes);
const chosen = () => {
  const own = herdPasses(), grade = code("grade", state.grade), kind = code("kind", state.kind);
  const rows = [];
  for (let row = 0; row < n; row++)
    if (own[data.columns.herd[row]] && (!state.grade || data.columns.grade[row] === grade)
      && (!state.kind || data.columns.kind[row] === kind) && isShown(data.columns.months[row])) rows.push(row);
  return rows;
};

const list = byId("list");
const told = (row) => {
  const item = element("li", "");
  const button = element("button", "", { type: "button", "data-row": row });
  const rank = of(row, "atlas_rank");
  button.append(element("span", rank === null ? "–" : String(rank), { class: "number" }));
  const words = element("span", "", { class: "words" });
  words.append(element("b", of(row, "name")), element("br", ""), dot(of(row, "grade")));
  const missing = of(row, "missing_per_year");
  const said = missing === null ? "" : ` · ${number(missing)} missing a year`;
  words.append(`${data.grades[of(row, "grade")]} · ${titles[of(row, "herd")]}${said}`);
  button.append(words);
  button.addEventListener("click", () => choose(row, true));
  item.append(button);
  return item;
};
const detail = byId("detail");
const closing = () => {
  const close = element("button", "Close", { type: "button", class: "close" });
  close.addEventListener("click", () => choose(-1, false));
  return close;
};
const position = ([east, north]) => {
  const [lon, lat] = [east, north].map((degrees) => degrees.toFixed(4));
  const where = element("p", "");
  where.append(element("a", `${lat}, ${lon}`, { href: `geo:${lat},${lon}` }), " (latitude, longitude)");
  return where;
};
const folderOf = (herd) => `../${encodeURIComponent(herd)}/`;
const tell = (row) => {
  detail.replaceChildren();
  detail.hidden = row < 0;
  if (row < 0) return;
  const head = element("h2", of(row, "name"), { tabindex: "-1" });
  const facts = element("p", "");
  const status = of(row, "status") === "existing" ? "" : `, ${of(row, "status")}`;
  facts.append(dot(of(row, "grade")), element("b", data.grades[of(row, "grade")]),
    ` · ${of(row, "kind")}${status} · ${titles[of(row, "herd")]} (${species[of(row, "herd")]})`);
  const folder = folderOf(of(row, "herd"));
  const links = element("p", "");
  const place = first.has(row) ? `#place-${of(row, "rank")}` : "#threats";
  links.append(element("a", "In the herd's report", { href: `${folder}report.html${place}` }));
  if (first.has(row))
    links.append(" · ", element("a", "Card for the visit (PDF)",
      { href: `${folder}sheets/place-${of(row, "rank")}.pdf` }));
  detail.append(closing(), head, facts, element("p", of(row, "action"), { class: "do" }),
    element("p", data.reasons[row] || ""), element("p", nearWords(row)), position(at(row)), links);
};

const untracked = Object.fromEntries(data.herds.map((herd) => [herd.herd, herd.untracked]));
const nearWords = (row) => {
  const mask = data.columns.months[row];
  if (mask === 0) return "In which months animals come near is not known.";
  const months = data.month_names.filter((name, at) => isIn(mask & ~untracked[of(row, "herd")], at + 1));
  return `Tracked animals came near, on migrations or not, in ${months.join(", ")}.`;
};
// What is shown although it is not known whether it was used in the month.
const notKnown = (rows) => {
  if (!state.month) return "";
  const herds = data.herds.filter((herd) => passes(herd.herd));
  const several = (n, one, many) => n ? [`${n} ${n === 1 ? one : many}`] : [];
  const isUnknown = data.words.herd.map((herd) => isIn(untracked[herd], state.month));
  let places = 0;
  for (const row of rows)
    if (data.columns.months[row] === 0 || isUnknown[data.columns.herd[row]]) places += 1;
  const count = (what) => herds.filter((herd) => isIn(herd.unknown[what], state.month)).length;
  const said = [...several(places, "place", "places"),
    ...several(count("migrations"), "herd's migrations", "herds' migrations"),
    ...several(count("ranges"), "herd's ranges", "herds' ranges")];
  return said.length ? `Not known for ${monthName()}, and shown: ${said.join(", ")}.` : "";
};

const necks = byId("bottlenecks");
const neckAt = (neck) => [neck.lon / 1e5, neck.lat / 1e5];
const neckTitle = (neck) => `Bottleneck ${neck.rank}, ${neck.width}`;
const toldNeck = (neck, i) => {
  const item = element("li", "");
  const button = element("button", "", { type: "button", "data-neck": i });
  button.append(element("span", String(neck.rank), { class: "number" }));
  const words = element("span", neck.width, { class: "words" });
  words.append(element("br", ""), titles[neck.herd]);
  button.append(words);
  button.addEventListener("click", () => chooseNeck(i, true));
  item.append(button);
  return item;
};
const tellNeck = (neck) => {
  const links = element("p", "");
  links.append(element("a", "In the herd's report", { href: `${folderOf(neck.herd)}report.html#bottlenecks` }));
  detail.replaceChildren(closing(), element("h2", neckTitle(neck), { tabindex: "-1" }),
    element("p", `${titles[neck.herd]} (${species[neck.herd]})`), element("p", neck.passing, { class: "do" }),
    element("p", data.bottleneck),
    position(neckAt(neck)), links);
  detail.hidden = false;
};

const status = byId("status");
let map = null;
window.map = null;
const goTo = (center) => map.easeTo({ center, zoom: Math.max(map.getZoom(), 11),
  duration: matchMedia("(prefers-reduced-motion: reduce)").matches ? 0 : 600 });
const markNeck = (i) => {
  for (const button of necks.querySelectorAll("button"))
    button.toggleAttribute("aria-current", button.dataset.neck === String(i));
  if (map && map.getLayer("chosen-bottleneck"))
    map.setFilter("chosen-bottleneck", ["==", ["get", "i"], i]);
};
const chooseNeck = (i, isMoved) => {
  choose(-1, false);
  state.bottleneck = data.bottlenecks[i].bottleneck;
  byId("narrow").open = true;
  tellNeck(data.bottlenecks[i]);
  markNeck(i);
  if (isMoved && map) goTo(neckAt(data.bottlenecks[i]));
  keep();
};
const choose = (row, isMoved) => {
  state.place = row < 0 ? "" : of(row, "threat");
  state.bottleneck = "";
  tell(row);
  markNeck(-1);
  for (const button of list.querySelectorAll("button"))
    button.toggleAttribute("aria-current", button.dataset.row === String(row));
  if (map && map.getLayer("chosen")) map.setFilter("chosen", ["==", ["get", "i"], row]);
  if (row >= 0 && isMoved && map) goTo(at(row));
  keep();
};

const markers = [];
const show = () => {
  const rows = chosen();
  list.replaceChildren(...rows.slice(0, N_LISTED).map(told));
  const more = rows.length > N_LISTED ? `, the first ${N_LISTED} listed` : "";
  byId("in-month").hidden = !state.month;
  byId("month-status").textContent = notKnown(rows);
  const when = state.month ? ` in ${monthName()}` : "";
  status.textContent = `${rows.length} of ${n} places${when}${more}`;
  const own = data.bottlenecks.flatMap((neck, i) => passes(neck.herd) ? [i] : []);
  necks.replaceChildren(...own.slice(0, N_LISTED).map((i) => toldNeck(data.bottlenecks[i], i)));
  const moreNecks = own.length > N_LISTED ? `, the first ${N_LISTED} listed` : "";
  byId("bottleneck-status").textContent =
    `${own.length} of ${data.bottlenecks.length} bottlenecks${moreNecks}`;
  if (map && map.getLayer("corridors")) {
    const herds = data.herds.map((herd) => herd.herd).filter(passes);
    const own = ["in", ["get", "herd"], ["literal", herds]];
    // In a month the seasons of a herd stand for what all its migrations used, where they have dates.
    const season = state.month && state.season === "all" ? ["==", ["get", "is_monthly"], 1]
      : ["==", ["get", "season"], state.season];
    const bit = ["%", ["floor", ["/", ["get", "months"], 2 ** (state.month - 1)]], 2];
    const inMonth = state.month ? [["any", ["==", ["get", "months"], 0], ["==", bit, 1]]] : [];
    for (const name of ["corridors", "corridor-edges", "stopovers", "stopover-edges"])
      map.setFilter(name, ["all", own, season, ...inMonth]);
    map.setFilter("ranges", ["all", own, ...inMonth]);
    for (const name of ["bottlenecks", "bottleneck-edges"]) map.setFilter(name, own);
    const codes = herdPasses().flatMap((passed, at) => passed ? [at] : []);
    const rule = ["all", ["in", ["get", "herd"], ["literal", codes]], ...inMonth];
    for (const name of ["grade", "kind"])
      if (state[name]) rule.push(["==", ["get", name], code(name, state[name])]);
    const isPlanned = ["==", ["get", "status"], code("status", "planned")];
    const isHarm = ["in", ["get", "grade"], ["literal", HARM.map((grade) => code("grade", grade))]];
    map.setFilter("place-edges", [...rule, isHarm]);
    map.setFilter("places", [...rule, ["!", isPlanned]]);
    map.setFilter("places-planned", [...rule, isPlanned]);
  }
  for (const marker of markers.splice(0)) marker.remove();
  if (map) {
    const harm = HARM.map((grade) => code("grade", grade)), marked = [];
    for (const row of rows) {
      if (marked.length === 20) break;
      if (harm.includes(data.columns.grade[row])) marked.push(row);
    }
    for (const row of marked) {
      const mark = element("button", String(of(row, "atlas_rank")),
        { type: "button", class: "mark", "aria-label": `Place ${of(row, "atlas_rank")}: ${of(row, "name")}` });
      mark.style.borderColor = data.colours.grade[of(row, "grade")];
      mark.addEventListener("click", () => choose(row, false));
      markers.push(new maplibregl.Marker({ element: mark })
        .setLngLat(at(row)).addTo(map));
    }
  }
  const row = state.place ? data.columns.threat.indexOf(state.place) : -1;
  const neck = state.bottleneck
    ? data.bottlenecks.findIndex((one) => one.bottleneck === state.bottleneck) : -1;
  if (row < 0 && own.includes(neck)) chooseNeck(neck, false);
  else choose(rows.includes(row) ? row : -1, false);
};

const ofUse = (colours) => ["match", ["get", "use"], "high", colours.high, "medium", colours.medium, colours.low];
const colour = data.colours;
// A page from the disk may not hand them to the map as addresses: its worker cannot fetch these.
const shapes = (name) => JSON.parse(byId("shapes-" + name).textContent);
const viewOf = (text) => {
  const seen = (text || "").split("/").map(Number);
  return seen.length === 3 && seen.every(Number.isFinite)
    ? { zoom: seen[0], center: [seen[2], seen[1]] } : null;
};
const draw = () => {
  try {
    const view = viewOf(state.at) || { bounds: data.bounds, fitBoundsOptions: { padding: 40 } };
    map = new maplibregl.Map({
      container: "map", ...view, attributionControl: false, maxZoom: 17,
      style: { version: 8, sources: {}, layers: [
        { id: "land", type: "background", paint: { "background-color": colour.land } }] },
    });
  } catch (error) {
    byId("map").replaceChildren(element("p", "This browser cannot draw the map (WebGL is off). The list shows the same places."));
  }
  window.map = map;
  if (map) {
    map.addControl(new maplibregl.NavigationControl({ showCompass: false }));
    map.addControl(new maplibregl.ScaleControl({ maxWidth: 120 }));
    map.on("moveend", () => {
      const centre = map.getCenter();
      state.at = [map.getZoom().toFixed(2), centre.lat.toFixed(4), centre.lng.toFixed(4)].join("/");
      keep();
    });
    map.on("load", () => {
      for (const name of ["corridors", "stopovers", "ranges", "boundary", "bottlenecks", "places"])
        map.addSource(name, { type: "geojson", data: shapes(name) });
      map.addLayer({ id: "ranges", type: "fill", source: "ranges", paint: {
        "fill-color": ["match", ["get", "season"], "winter", colour.winter, "summer", colour.summer, colour.range],
        "fill-opacity": 0.6 } });
      map.addLayer({ id: "corridors", type: "fill", source: "corridors", paint: { "fill-opacity": 0.8,
        "fill-color": ["match", ["get", "evidence"], "modelled", ofUse(colour.modelled),
          "expert", ofUse(colour.expert), ofUse(colour.corridors)] } });
      map.addLayer({ id: "corridor-edges", type: "line", source: "corridors",
        paint: { "line-color": colour.corridors.high, "line-width": 0.6 } });
      map.addLayer({ id: "stopovers", type: "fill", source: "stopovers",
        paint: { "fill-color": colour.stopover, "fill-opacity": 0.25 } });
      map.addLayer({ id: "stopover-edges", type: "line", source: "stopovers",
        paint: { "line-color": colour.stopover, "line-width": 1.2 } });
      map.addLayer({ id: "boundary", type: "line", source: "boundary",
        paint: { "line-color": colour.boundary, "line-width": 1.4, "line-dasharray": [6, 2, 1, 2] } });
      map.addLayer({ id: "bottleneck-edges", type: "line", source: "bottlenecks",
        paint: { "line-color": colour.paper, "line-width": 7 } });
      map.addLayer({ id: "chosen-bottleneck", type: "line", source: "bottlenecks",
        filter: ["==", ["get", "i"], -1],
        paint: { "line-color": colour.ink, "line-width": 11, "line-opacity": 0.45 } });
      map.addLayer({ id: "bottlenecks", type: "line", source: "bottlenecks",
        paint: { "line-color": colour.bottleneck, "line-width": 4 } });
      const byGrade = (values, other) => ["match", ["get", "grade"],
        ...data.words.grade.flatMap((grade, at) => grade in values ? [at, values[grade]] : []), -1, other, other];
      const ofGrade = byGrade(colour.grade, colour.ink);
      const wide = byGrade({ act: 4.5, look_on_site: 3.5 }, 1.6);
      map.addLayer({ id: "place-edges", type: "line", source: "places",
        paint: { "line-color": colour.paper, "line-width": 8 } });
      map.addLayer({ id: "chosen", type: "line", source: "places", filter: ["==", ["get", "i"], -1],
        paint: { "line-color": colour.ink, "line-width": 11, "line-opacity": 0.45 } });
      map.addLayer({ id: "places", type: "line", source: "places",
        paint: { "line-color": ofGrade, "line-width": wide } });
      map.addLayer({ id: "places-planned", type: "line", source: "places",
        paint: { "line-color": ofGrade, "line-width": wide, "line-dasharray": [2, 1] } });
      const told = { places: choose, "places-planned": choose, bottlenecks: chooseNeck };
      for (const [name, say] of Object.entries(told)) {
        map.on("click", name, (event) => say(event.features[0].properties.i, false));
        map.on("mouseenter", name, () => { map.getCanvas().style.cursor = "pointer"; });
        map.on("mouseleave", name, () => { map.getCanvas().style.cursor = ""; });
      }
      show();
    });
  }
};
// A link to this page that is opened in it changes nothing but the address.
addEventListener("hashchange", (event) => {
  clearTimeout(timer);
  written = new URL(event.newURL).hash;
  const said = new URLSearchParams(written.slice(1));
  for (const name of [...FILTERS, "season"]) {
    const select = byId(name), values = [...select.options].map((option) => option.value);
    select.value = values.includes(said.get(name)) ? said.get(name) : values[0];
    state[name] = select.value;
  }
  setMonth(said.get("month"));
  state.place = said.get("place") || "";
  state.bottleneck = said.get("bottleneck") || "";
  const seen = viewOf(said.get("at"));
  if (map && seen) map.jumpTo(seen);
  show();
});
// Without a place that does harm the narrow places are what there is to look at.
byId("narrow").open = !data.columns.grade.some((_, row) => HARM.includes(of(row, "grade")));
show();
// After the list is painted.
document.addEventListener("DOMContentLoaded", () => requestAnimationFrame(() => setTimeout(draw)));
})();
