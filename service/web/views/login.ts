import { type Html, html } from "../html.ts";
import { page } from "./layout.ts";

/** The form that takes an access token. `fault` is why the last try failed; `next` is where to go after. */
export function loginView(view: { readonly fault: string | null; readonly next: string }): Html {
  return page({
    title: "Log in",
    section: null,
    shell: { user: null, fault: null },
    live: null,
    content: html`<section class="card alone"><h1>Log in</h1><p class="soft">An operator of this Schemawatch gives you an access token.</p>
<form method="post" action="/login" class="stack-s"><input type="hidden" name="next" value="${view.next}">
<label for="token">Access token</label><input class="field" id="token" name="token" type="password" autocomplete="current-password" required autofocus${
      view.fault !== null && html` aria-invalid="true" aria-describedby="fault"`
    }>
${view.fault !== null && html`<p id="fault" class="t-bad" role="alert">${view.fault}</p>`}
<button class="btn primary">Log in</button></form>
<details><summary class="soft small">How is a token made?</summary><p class="soft small">On the server: <code>schemawatch token create --name ann --role operator</code>. It is shown once and kept hashed.</p></details></section>`,
  });
}
