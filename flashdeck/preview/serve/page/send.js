// The dialog that offers a package to a phone, as a QR code.
"use strict";
const Send = (() => {
  const dialog = byId("send");

  function show(...children) {
    dialog.replaceChildren(make("h2", { id: "send-title" }, "Send to phone"), ...children,
      make("button", { type: "button", class: "plain", onclick: () => dialog.close() }, "Close"));
    if (!dialog.open) dialog.showModal();
  }

  async function offer(name) {
    show(make("p", {}, "Building \u2026"));
    const answer = await fetch("send", {
      method: "POST",
      headers: { "Content-Type": "application/json", "X-Flashdeck": setting.secret },
      body: JSON.stringify({ package: name }),
    }).catch(() => null);
    const offered = answer && answer.ok ? await answer.json() : { error: "the preview does not answer", hint: "start it again" };
    if (offered.error) show(make("p", {}, offered.error), make("p", { class: "soft" }, offered.hint));
    else if (offered.choices) choose(offered.choices);
    else scan(offered);
  }

  function choose(names) {
    show(...names.map((name) => make("button", { type: "button", class: "plain", onclick: () => offer(name) }, name)));
  }

  function scan({ code, url, name, size, digest }) {
    show(make("img", { src: `data:image/svg+xml,${encodeURIComponent(code)}`, alt: `QR code of ${url}` }),
      make("p", {}, `Scan it with the phone\u2019s camera: ${name}, ${size}, ${digest}.`),
      make("p", {}, make("a", { href: url, target: "_blank", rel: "noreferrer" }, url)),
      make("p", { class: "soft" }, "Both must be in the same Wi-Fi; guest networks keep devices apart. " +
        "A firewall may block Python. The address works for ten minutes, or until the download."));
  }

  byId("send-button").hidden = !setting.send;
  byId("send-button").addEventListener("click", () => offer(""));
  return { offer };
})();
