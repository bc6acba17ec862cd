import { Elysia } from "elysia";
import { AppError } from "../../../errors.ts";
import { readNames } from "../../../store/read/names.ts";
import { serveAsset } from "../../assets/index.ts";
import type { Pages } from "../../context.ts";
import { apiView } from "../../views/api.ts";
import { errorView } from "../../views/error.ts";
import { page } from "../../views/layout.ts";
import { loginView } from "../../views/login.ts";
import { answer, shellOf } from "./answer.ts";
import { changeRoutes } from "./changes.ts";
import { databaseRoutes } from "./databases.ts";
import { homeRoutes } from "./home.ts";
import { runRoutes } from "./runs.ts";

/** The pages for people, their live streams below /live, and what they load below /assets. */
export const pages: Pages = {
  routes: (context) =>
    new Elysia({ name: "pages", normalize: false })
      .get("/assets/:hash/:name", async ({ request, params }) => {
        const found = await serveAsset(request, params.hash, params.name);
        if (found === null) throw new AppError("not_found", `There is no asset "${params.name}".`);
        return found;
      })
      .get("/favicon.ico", async ({ request }) => (await serveAsset(request, "", "logo.svg")) as Response)
      .get("/api", async ({ request }) => {
        const { origin } = new URL(request.url);
        const [name = "orders"] = await readNames(context.store, 1);
        return answer(
          request,
          page({
            title: "API",
            section: "api",
            shell: shellOf(context, request),
            now: context.clock.now(),
            live: null,
            content: apiView(origin, context.auth.required, name),
          }),
        );
      })
      .use(homeRoutes(context))
      .use(databaseRoutes(context))
      .use(changeRoutes(context))
      .use(runRoutes(context)),
  errorPage: (error, status, principal) =>
    errorView(error, status, { user: principal?.name ?? null, fault: null }),
  loginPage: loginView,
};
