// <aidp-feedback>: thumbs or stars, and a text. Kept on the device until the service has stored it.
(() => {
  "use strict";
  const BOX = "aidp-feedback:box:", REFUSED = "aidp-feedback:refused:", CHOSEN = "aidp-feedback:chosen:";
  const HOME = new URL(".", document.currentScript?.src ?? location).href; // the service of this script
  const WORDS = {
    rate: "Rate this answer", up: "Good answer", down: "Bad answer", star: "of 5 stars",
    text: "Anything to add?", send: "Send", said: "You wrote: ", stored: "Thank you.",
    kept: "Saved on this device. It will be sent when the service can be reached.",
    refused: "The service did not accept this.",
    ...window.aidpFeedbackWords,
  };
  const THUMB = "M4 11h3v9H4zM9.5 11 13 3.5c1.4.2 2.2 1.2 2.2 2.6V10H19c1.2 0 2 1 1.8 2.2l-1.1 6.2c-.2 1-1 1.6-2 1.6H9.5z";
  const STAR = "M12 2.6 14.5 9.1 21.5 9.5 16.1 13.9 17.9 20.7 12 16.9 6.1 20.7 7.9 13.9 2.5 9.5 9.5 9.1z";
  const tokens = new Map(); // of the elements on this page: a token is never stored

  // Storage that may be full or forbidden: then letters live as long as the page.
  const memory = new Map();
  const put = (key, value) => { try { localStorage[key] = value; } catch { memory.set(key, value); } };
  const get = (key) => { try { return localStorage[key] ?? memory.get(key); } catch { return memory.get(key); } };
  const drop = (key) => { memory.delete(key); try { delete localStorage[key]; } catch { /* memory */ } };
  const letters = () => {
    const keys = [...memory.keys()];
    try { keys.push(...Object.keys(localStorage)); } catch { /* memory alone */ }
    return [...new Set(keys)].filter((key) => key.startsWith(BOX))
      .map((key) => [key, JSON.parse(get(key))]).sort(([, a], [, b]) => a.at - b.at);
  };
  const newId = () => [...crypto.getRandomValues(new Uint8Array(16))]
    .map((byte) => byte.toString(16).padStart(2, "0")).join("");
  const user = () => { const key = "aidp-feedback:user"; if (!get(key)) put(key, newId()); return get(key); };
  const tell = (body, state) =>
    dispatchEvent(new CustomEvent("aidp-feedback", { detail: { ...body, state } }));

  let timer, failures = 0, busy = false, again = false;
  async function send() {
    if (busy) { again = true; return; }
    busy = true;
    clearTimeout(timer);
    try {
      do {
        again = false;
        for (const [key, letter] of letters()) {
          if (tokens.has(letter.endpoint) && !(await deliver(key, letter))) break;
        }
      } while (again && !failures);
    } finally { busy = false; }
  }

  // True when the letter is done with. The same event id each time: the service counts it once.
  async function deliver(key, { endpoint, body }) {
    const text = JSON.stringify(body), token = tokens.get(endpoint);
    let answer;
    try {
      answer = await fetch(endpoint + "feedback", {
        method: "POST", body: text, keepalive: text.length < 16000, signal: AbortSignal.timeout(15000),
        headers: { "Content-Type": "application/json", ...(token && { Authorization: "Bearer " + token }) },
      });
      const said = await answer.json();
      if (answer.ok && said.event_id === body.event_id) {
        drop(key); failures = 0; tell(body, "stored");
        return true;
      }
    } catch { /* no answer, or not one of the service */ }
    if ([400, 409, 413, 422].includes(answer?.status)) {
      drop(key); put(REFUSED + body.event_id, text); tell(body, "refused");
      return true;
    }
    const wait = 1000 * Number(answer?.headers.get("Retry-After")) || 0;
    const longest = Math.min(1000 * 2 ** failures++, 60000);
    timer = setTimeout(send, Math.max(wait, longest * (0.5 + Math.random() / 2)));
    tell(body, "kept");
    return false;
  }

  const make = (tag, properties = {}, ...children) => {
    const made = Object.assign(document.createElement(tag), properties);
    made.append(...children);
    return made;
  };
  const icon = (path) => {
    const [svg, shape] = ["svg", "path"].map((n) => document.createElementNS("http://www.w3.org/2000/svg", n));
    svg.setAttribute("viewBox", "0 0 24 24");
    svg.setAttribute("aria-hidden", "true");
    shape.setAttribute("d", path);
    svg.append(shape);
    return svg;
  };
  const style = new CSSStyleSheet();
  style.replaceSync(`
:host{display:block;--on:var(--aidp-accent,#2b6fd6)}
[role=group]{display:flex;align-items:center;margin-left:-6px}
button{font:inherit;color:inherit;background:none;border:0;border-radius:8px;padding:6px;cursor:pointer;line-height:0}
button:hover{background:color-mix(in srgb,currentColor 10%,transparent)}
:focus-visible{outline:2px solid var(--on);outline-offset:1px}
svg{width:24px;height:24px;fill:none;stroke:currentColor;stroke-width:1.5;stroke-linejoin:round;opacity:.75}
.down svg{transform:rotate(180deg)}
.on svg,.stars button:hover svg,.stars button:has(~:hover) svg{fill:var(--on);stroke:var(--on);opacity:1}
form{display:flex;gap:8px;align-items:end;flex-wrap:wrap;margin:6px 0}
[hidden]{display:none}
textarea{flex:1 1 9em;min-width:0;resize:vertical;font:inherit;color:inherit;background:none;field-sizing:content;min-height:1.4em;max-height:12em;padding:7px 10px;border:1px solid color-mix(in srgb,currentColor 50%,transparent);border-radius:8px;box-sizing:border-box}
::placeholder{color:color-mix(in srgb,currentColor 65%,transparent);opacity:1}
form button,form button:hover{background:var(--on);color:#fff;line-height:1.4;padding:8px 16px}
p{margin:4px 0;overflow-wrap:anywhere;white-space:pre-wrap}
[role=status]{font-size:.875em;opacity:.8}`);

  customElements.define("aidp-feedback", class extends HTMLElement {
    static observedAttributes = ["conversation-id", "message-id", "kind", "token"];
    #buttons; #form; #text; #said; #status; #heard = ({ detail }) => this.#hear(detail);

    connectedCallback() {
      tokens.set(this.#endpoint, this.getAttribute("token"));
      addEventListener("aidp-feedback", this.#heard);
      if (!this.shadowRoot) this.#draw();
      send();
    }
    attributeChangedCallback(name) {
      if (!this.shadowRoot) return;
      tokens.set(this.#endpoint, this.getAttribute("token"));
      if (name !== "token") this.#draw();
      send();
    }
    disconnectedCallback() { removeEventListener("aidp-feedback", this.#heard); }

    get #endpoint() { return new URL((this.getAttribute("endpoint") ?? HOME).replace(/\/*$/, "/"), location).href; }
    get #place() { return [this.getAttribute("conversation-id"), this.getAttribute("message-id")]; }
    get #stars() { return this.getAttribute("kind") === "stars"; }

    #draw() {
      const root = this.shadowRoot ?? this.attachShadow({ mode: "open", delegatesFocus: true });
      root.adoptedStyleSheets = [style];
      const choices = this.#stars
        ? [1, 2, 3, 4, 5].map((n) => [n, `${n} ${WORDS.star}`, STAR, ""])
        : [[5, WORDS.up, THUMB, "up"], [1, WORDS.down, THUMB, "down"]];
      this.#buttons = choices.map(([rating, ariaLabel, path, className]) => make("button", {
        type: "button", ariaLabel, title: ariaLabel, className, value: rating,
        onclick: () => this.#choose(rating),
      }, icon(path)));
      const group = make("div", { role: "group", ariaLabel: WORDS.rate, className: this.#stars ? "stars" : "" }, ...this.#buttons);
      this.#text = make("textarea", { rows: 1, maxLength: 10000, placeholder: WORDS.text, ariaLabel: WORDS.text });
      this.#form = make("form", { hidden: true, onsubmit: (event) => { event.preventDefault(); this.#write(); } },
        this.#text, make("button", { textContent: WORDS.send }));
      this.#said = make("p", { hidden: true });
      this.#status = make("p", { role: "status" });
      root.replaceChildren(group, this.#form, this.#said, this.#status);
      let chosen;
      try { chosen = Number(sessionStorage[CHOSEN + this.#place]); } catch { /* not remembered */ }
      this.#show(chosen);
      for (const [, { body }] of letters()) this.#hear({ ...body, state: "kept" });
    }

    #show(rating) {
      for (const button of this.#buttons) {
        const value = Number(button.value);
        button.ariaPressed = String(value === rating);
        button.classList.toggle("on", this.#stars ? value <= rating : value === rating);
      }
      if (rating) this.#form.hidden = !this.#said.hidden;
      this.rating = rating;
    }
    #choose(rating) {
      if (rating === this.rating) return; // a double click is one rating
      this.#show(rating);
      try { sessionStorage[CHOSEN + this.#place] = rating; } catch { /* not remembered */ }
      this.#keep({});
    }
    #write() {
      const text = this.#text.value.trim();
      if (!text) return;
      this.#said.textContent = WORDS.said + text;
      [this.#said.hidden, this.#form.hidden] = [false, true];
      this.#keep({ feedback_text: text });
    }
    #keep(more) {
      const [conversation_id, message_id] = this.#place, position = this.getAttribute("shown-position");
      const body = {
        event_id: newId(), conversation_id, message_id, rating: this.rating, kind: this.#stars ? "stars" : "thumbs",
        user_id: this.getAttribute("user-id") || user(), created_at: new Date().toISOString(),
        ...(position && { shown_position: Number(position) }), ...more,
      };
      this.#status.textContent = "\u00a0"; // the line is there before the answer: nothing moves then
      put(BOX + body.event_id, JSON.stringify({ endpoint: this.#endpoint, at: Date.now(), body }));
      send();
    }
    #hear({ conversation_id, message_id, state }) {
      if (`${[conversation_id, message_id]}` === `${this.#place}`) this.#status.textContent = WORDS[state];
    }
  });

  addEventListener("online", () => { failures = 0; send(); });
  document.addEventListener("visibilitychange", send);
})();
