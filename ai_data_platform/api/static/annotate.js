// Labelling side by side: the next items are fetched ahead, each choice is sent until it is stored.
"use strict";

const FETCHED = 20;
const WAITS = [1, 2, 5, 10, 30]; // seconds before a choice is sent again
const $ = (id) => document.getElementById(id);

let items = []; // what is to come; the first is on the screen
let past = []; // { item, choice, revision }, the last labelled at the end
let remaining = 0;
const skipped = new Set();
const unsent = []; // labels that are not stored yet, oldest first
let sending = false;
let again = null; // what the last item was labelled as, when it is looked at again

function stored(key) { return sessionStorage.getItem(`annotate.${key}`); }
function store(key, value) { sessionStorage.setItem(`annotate.${key}`, value); }

async function call(path, body) {
  const headers = {};
  if (stored("token")) headers.Authorization = `Bearer ${stored("token")}`;
  if (body) headers["Content-Type"] = "application/json";
  const answer = await fetch(path, { method: body ? "POST" : "GET", headers, body: body && JSON.stringify(body) });
  const said = await answer.json().catch(() => ({}));
  return { status: answer.status, wait: Number(answer.headers.get("Retry-After")), said };
}

async function fetchItems() {
  const name = stored("rater") ? `&rater=${encodeURIComponent(stored("rater"))}` : "";
  const known = new Set([...items, ...past.map((label) => label.item)].map((item) => item.item_id));
  const asked = Math.min(FETCHED + items.length + skipped.size + unsent.length, 100);
  const { status, said } = await call(`annotate/items?limit=${asked}${name}`);
  if (status === 401 || status === 403) return ask("token", status);
  if (status === 422) return ask("rater", status);
  if (status !== 200) return tell(said.detail || `The service answered ${status}.`);
  remaining = said.remaining - unsent.length;
  items.push(...said.items.filter((item) => !known.has(item.item_id) && !skipped.has(item.item_id)));
  show();
}

function ask(what, status) {
  const token = what === "token";
  $("who-title").textContent = token ? "A token opens this page" : "Who is labelling?";
  $("who-why").textContent = token
    ? (status === 403 ? "That token lacks the role annotate. " : "") + "It is kept until this tab is closed."
    : "Agreement is measured between people, so each needs a name of their own.";
  $("who-label").textContent = token ? "Token" : "Your name";
  $("who-value").type = token ? "password" : "text";
  $("who-value").value = "";
  $("who").dataset.asks = what;
  $("who").hidden = false;
  $("work").hidden = true;
  $("who-value").focus();
}

function tell(text) {
  $("message").textContent = text;
  $("message").hidden = false;
}

function show() {
  const item = items[0];
  $("who").hidden = true;
  $("work").hidden = !item;
  $("message").hidden = Boolean(item);
  const labelled = `${past.length} labelled`;
  $("progress").textContent = item ? `${labelled} · ${remaining} to go` : labelled;
  if (!item) return tell(skipped.size ? "Nothing is left but what you skipped. Reload to see it again."
    : "Nothing is left to label. The queue fills again when new ratings come in.");
  const turns = item.prompt.map((turn) => {
    const line = document.createElement("p");
    line.className = turn.role;
    line.textContent = turn.content;
    return line;
  });
  $("prompt").replaceChildren(...turns);
  $("prompt").scrollTop = $("prompt").scrollHeight;
  $("left").textContent = item.left;
  $("right").textContent = item.right;
  for (const button of document.querySelectorAll("[data-choice]"))
    button.classList.toggle("last", button.dataset.choice === again);
  document.querySelectorAll("article").forEach((article) => { article.scrollTop = 0; });
  document.querySelector("[data-step=back]").disabled = !past.length;
}

function choose(choice) {
  const item = items.shift();
  if (!item) return;
  const revision = item.revision === undefined ? 0 : item.revision + 1;
  past.push({ item, choice, revision });
  unsent.push({ item_id: item.item_id, choice, revision, ...(stored("rater") && { rater: stored("rater") }) });
  if (revision === 0) remaining -= 1;
  next();
  send();
}

function skip() {
  const item = items.shift();
  if (item) skipped.add(item.item_id);
  next();
}

function back() {
  const label = past.pop();
  if (!label) return;
  items.unshift({ ...label.item, revision: label.revision });
  again = label.choice;
  show();
}

function next() {
  again = null;
  show();
  if (items.length < FETCHED / 4 && remaining > items.length) fetchItems().catch(offline);
}

async function send() {
  if (sending) return;
  sending = true;
  let tries = 0;
  while (unsent.length) {
    $("saved").textContent = `${unsent.length} being stored …`;
    const answer = await call("annotate/labels", unsent[0]).catch(() => null);
    if (answer?.status === 201 || answer?.status === 404) { // 404: a newer queue no longer asks for it
      unsent.shift();
      tries = 0;
    } else if (answer && (answer.status === 401 || answer.status === 403)) {
      ask("token", answer.status);
      break;
    } else if (answer && answer.status < 500 && answer.status !== 429 && answer.status !== 408) {
      tell(`One choice was refused: ${JSON.stringify(answer.said.detail)}`);
      unsent.shift();
    } else {
      const wait = answer?.wait || WAITS[Math.min(tries++, WAITS.length - 1)];
      $("saved").textContent = `${unsent.length} not stored yet: trying again`;
      await new Promise((done) => { setTimeout(done, wait * 1000); });
    }
  }
  sending = false;
  if (!unsent.length) $("saved").textContent = past.length ? "Everything is stored" : "";
}

function offline() { tell("The service cannot be reached. Reload when it is back."); }

$("who").addEventListener("submit", (event) => {
  event.preventDefault();
  store($("who").dataset.asks, $("who-value").value.trim());
  $("who").hidden = true;
  fetchItems().catch(offline);
  send();
});

document.addEventListener("click", (event) => {
  const button = event.target.closest("button");
  if (button?.dataset.choice) choose(button.dataset.choice);
  if (button?.dataset.step) ({ skip, back })[button.dataset.step]();
});

document.addEventListener("keydown", (event) => {
  if ($("work").hidden || event.ctrlKey || event.metaKey || event.altKey || event.repeat) return;
  if (event.key === "ArrowDown" && event.target.tabIndex === 0) return; // scrolls what has the focus
  const does = {
    ArrowLeft: () => choose("left"), 1: () => choose("left"),
    ArrowRight: () => choose("right"), 2: () => choose("right"),
    ArrowDown: () => choose("tie"), 0: () => choose("tie"),
    s: skip, z: back,
  }[event.key.length === 1 ? event.key.toLowerCase() : event.key];
  if (!does) return;
  event.preventDefault();
  does();
});

window.addEventListener("beforeunload", (event) => { if (unsent.length) event.preventDefault(); });

fetchItems().catch(offline);
