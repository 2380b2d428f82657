// Questions to the knowledge base: what readers find, and on demand what they would find with the candidate.
"use strict";

const $ = (id) => document.getElementById(id);
const make = (tag, text = "", className = "") =>
  Object.assign(document.createElement(tag), { textContent: text, className });
let asked = 0; // answers to an earlier question are not shown

async function call(path, parameters) {
  const token = sessionStorage.getItem("search.token");
  const headers = token ? { Authorization: `Bearer ${token}` } : {};
  const answer = await fetch(`${path}?${parameters}`, { headers });
  return { status: answer.status, said: await answer.json().catch(() => ({})) };
}

function parameters() {
  const form = new FormData($("ask"));
  const given = [...form].filter(([, value]) => value.trim());
  return new URLSearchParams([["q", $("q").value], ["k", "10"], ["highlight", "true"], ...given]);
}

async function search() {
  const turn = ++asked, query = parameters(), compares = $("compare").checked;
  $("message").textContent = "Searching …";
  $("sign-in").hidden = true;
  history.replaceState(null, "", `?${query}${compares ? "&compare=1" : ""}`);
  const paths = compares ? ["search", "search/candidate"] : ["search"];
  let answers;
  try {
    answers = await Promise.all(paths.map((path) => call(path, query)));
  } catch {
    $("message").textContent = "The service cannot be reached.";
    return;
  }
  if (turn !== asked) return;
  const refused = answers.findIndex(({ status }) => status === 401 || status === 403);
  if (refused >= 0) return askForToken(refused ? "annotate" : "read");
  const [published, candidate] = answers;
  $("columns").className = candidate ? "two" : "";
  const failed = answers.find(({ status }) => status !== 200);
  if (failed) {
    $("columns").replaceChildren();
    $("message").textContent = typeof failed.said.detail === "string"
      ? failed.said.detail : "The service refused the question.";
    return;
  }
  const columns = [column(`Published: ${published.said.version}`, published.said, candidate?.said)];
  if (candidate) columns.push(column("Candidate: not served to readers", candidate.said, published.said));
  $("columns").replaceChildren(...columns);
  const count = published.said.results.length;
  $("message").textContent = count ? `${count} passage${count > 1 ? "s" : ""}` : "No passage was found.";
}

function askForToken(role) {
  $("message").textContent = "";
  $("columns").replaceChildren();
  $("role").textContent = role;
  $("sign-in").hidden = false;
  $("token").focus();
}

function column(title, answer, other) {
  const ranks = other && new Map(other.results.map((hit, rank) => [hit.chunk_id, rank]));
  const list = make("ol");
  list.append(...answer.results.map((hit, rank) => card(hit, rank, ranks)));
  const section = make("section");
  section.append(make("h2", title), list);
  return section;
}

function card(hit, rank, ranks) {
  const header = make("header");
  const place = [...new Set([hit.title, ...hit.heading_path])].join(" › ");
  header.append(make("h3", `${rank + 1}. ${place}`));
  if (ranks) header.append(make("span", moved(rank, ranks.get(hit.chunk_id)), "moved"));
  const page = hit.page ? `, page ${hit.page}` : "";
  const where = `${hit.uri}${page} · passage ${hit.position + 1}${hit.language ? ` · ${hit.language}` : ""}`;
  header.append(make("small", where));
  const text = make("p");
  text.append(...hit.parts.map(({ text: words, hit: found }) => (found ? make("mark", words) : words)));
  const item = make("li");
  item.append(header, text);
  return item;
}

function moved(rank, other) {
  if (other === undefined) return "only here";
  return other === rank ? "" : `there ${other + 1}.`;
}

$("ask").addEventListener("submit", (event) => { event.preventDefault(); search(); });
$("ask").addEventListener("change", (event) => {
  if (event.target !== $("q") && $("q").value.trim()) search();
});
$("sign-in").addEventListener("submit", (event) => {
  event.preventDefault();
  sessionStorage.setItem("search.token", $("token").value.trim());
  $("token").value = "";
  search();
});

const given = new URLSearchParams(location.search);
for (const [name, value] of given) {
  const field = $("ask").elements[name];
  if (name !== "q" && field) field.value = value;
}
$("q").value = given.get("q") ?? "";
$("compare").checked = given.has("compare");
if ($("q").value.trim()) search();
