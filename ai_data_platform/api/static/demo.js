// The demo's log of what the snippet does, from the event that it sends to the page.
(() => {
  "use strict";
  // A token may come behind the #, which browsers send to nobody: /demo#token=…
  const token = new URLSearchParams(location.hash.slice(1)).get("token");
  if (token) for (const element of document.querySelectorAll("aidp-feedback")) element.setAttribute("token", token);
  document.getElementById("origin").textContent = new URL(".", location).href;

  const rows = new Map(), events = document.getElementById("events");
  addEventListener("aidp-feedback", ({ detail }) => {
    const row = rows.get(detail.event_id) ?? events.insertRow(0);
    rows.set(detail.event_id, row);
    const rating = detail.kind === "thumbs" ? (detail.rating === 5 ? "up" : "down") : `${detail.rating} of 5`;
    row.replaceChildren(...[detail.message_id, rating, detail.feedback_text ?? "", detail.state].map((text) => {
      const cell = document.createElement("td");
      cell.textContent = text;
      return cell;
    }));
    document.getElementById("none").hidden = true;
  });

  const network = document.getElementById("network");
  const show = () => { network.textContent = navigator.onLine ? "The browser is online." : "The browser is offline."; };
  addEventListener("online", show);
  addEventListener("offline", show);
  show();
})();
