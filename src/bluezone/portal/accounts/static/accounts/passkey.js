// Passkeys: a button asks the browser, the answer goes into the form, the form is sent.
// The conversion between JSON and what browsers take is allauth's webauthn-json.js.
"use strict";

for (const form of document.querySelectorAll("form[data-passkey]")) {
  const button = form.querySelector("[data-passkey-button]");
  const failed = form.querySelector("[data-passkey-failed]");
  const ask = form.dataset.passkey === "create" ? "create" : "get";
  form.querySelector("[data-passkey-ready]").hidden = false;
  button.addEventListener("click", async () => {
    failed.hidden = true;
    try {
      const answer = await window.webauthnJSON[ask](JSON.parse(form.dataset.options));
      form.elements.credential.value = JSON.stringify(answer);
      form.submit();
    } catch {
      failed.hidden = false;
      button.focus();
    }
  });
}
