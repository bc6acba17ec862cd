import type { AppError } from "../../errors.ts";
import { type Html, html } from "../html.ts";
import { page, type Shell } from "./layout.ts";

const TITLES: Readonly<Record<number, string>> = {
  400: "That cannot be asked for",
  401: "Please log in",
  403: "Not allowed",
  404: "Not found",
  405: "Not possible here",
  409: "Not possible now",
  413: "Too large",
  503: "The store cannot be reached",
  504: "The store did not answer in time",
};

/** A page that says what went wrong and what to do next. It reads nothing from the store, so that it also serves without one. */
export function errorView(error: AppError, status: number, shell: Shell): Html {
  const title = TITLES[status] ?? "Something went wrong";
  const again = status >= 500;
  return page({
    title,
    section: null,
    shell,
    live: null,
    content: html`<section class="card alone"><p class="status-code num">${status}</p><h1>${title}</h1><p>${error.message}</p>${error.mend !== undefined && html`<p class="soft">${error.mend}</p>`}<div class="actions">${
      status === 401
        ? html`<a class="btn primary" href="/login">Log in</a>`
        : html`<a class="btn primary" href="/">To the databases</a>`
    }${again && html`<a class="btn" href="">Try again</a>`}</div></section>`,
  });
}
