import { once } from "node:events";
import type { Server } from "node:http";
import type { AddressInfo } from "node:net";
import { html } from "@remix-run/html-template";
import Koa from "koa";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { z } from "zod";
import { MAXIMUM_FAILURES } from "../../../src/authentication/lockout.ts";
import { failureAnswers } from "../../../src/http/error-handler.ts";
import { errorSummary } from "../../../src/web/parts/error-summary.ts";
import { confirmationField, textField } from "../../../src/web/parts/field.ts";
import { pageBinding, pageRouter } from "../../../src/web/protocol/bind-pages.ts";
import { FormState } from "../../../src/web/protocol/form-state.ts";
import { NOTHING } from "../../../src/web/protocol/nothing.ts";
import { action, view } from "../../../src/web/protocol/page.ts";
import { pageError } from "../../../src/web/protocol/page-error.ts";
import { formOf, WebClient } from "../../support/web-client.ts";
import { boundPages, isForm, open, PAGES } from "../../support/web-pages.ts";
import { startWebStage, type WebStage } from "../../support/web-stage.ts";

let stage: WebStage;
let server: Server;
/** What the form of the test was used for. */
const done: string[] = [];
beforeAll(async () => {
  stage = await startWebStage();
  const { container } = stage.service;
  const failures = { isUnavailable: () => false, isTold: () => false };
  const binding = pageBinding(container, failureAnswers(pageError, failures, container.log));
  const shown = (form: FormState, needsPassword: boolean) => ({
    title: "Danger",
    main: html`${errorSummary(form, { thing: "Thing", your_password: "Your password" })}
<form method="post" action="${binding.links.at("/danger")}">${textField(form, { name: "thing", label: "Thing" })}${confirmationField(form, needsPassword)}</form>`,
  });
  const address = { path: "/danger", access: "signed_in", params: NOTHING, query: NOTHING } as const;
  const pages = [
    view({ ...address, show: ({ needsPassword }) => Promise.resolve(shown(new FormState(), needsPassword)) }),
    action({
      ...address,
      form: z.object({ thing: z.string().min(3) }),
      confirms: true,
      act({ form }) {
        done.push(form.thing);
        return Promise.resolve({ redirect: binding.links.home() });
      },
      again: ({ needsPassword }, form) => Promise.resolve(shown(form, needsPassword)),
    }),
  ];
  const app = new Koa();
  app.use(async (ctx, next) => {
    ctx.state["requestId"] = "of-the-test";
    await next();
  });
  server = app.use(pageRouter(binding, pages).routes()).listen(0, "127.0.0.1");
  await once(server, "listening");
});
afterAll(async () => {
  server.close();
  await stage.service.stop();
});

/** Somebody who signed in some time ago, at the page of the test. */
async function clientAfter(duration: { minutes: number; seconds?: number }): Promise<WebClient> {
  const client = await stage.clientOf("maintainer");
  stage.service.clock.advance(duration);
  const there = new WebClient(`http://127.0.0.1:${(server.address() as AddressInfo).port}`);
  there.setCookie("keyside", client.cookie("keyside") ?? "");
  done.length = 0;
  return there;
}

const password = () => stage.people.maintainer.password;

describe("a form that confirms", () => {
  it("asks for no password within an hour of the sign-in", async () => {
    const client = await clientAfter({ minutes: 59, seconds: 59 });
    expect((await client.get("/danger")).html).not.toContain("your_password");
    expect((await client.post("/danger", { thing: "abc" })).status).toBe(303);
    expect(done).toEqual(["abc"]);
  });

  it("asks for it in the same form after an hour, and does nothing without; nothing typed is lost", async () => {
    const client = await clientAfter({ minutes: 60 });
    expect(formOf((await client.get("/danger")).html, "/danger")).toEqual({ thing: "", your_password: "" });
    for (const [given, told] of [
      [{}, "Your password is missing: it was given more than an hour ago"],
      [{ your_password: "" }, "Your password is missing: it was given more than an hour ago"],
      [{ your_password: "wrong" }, "Your password is wrong"],
      [{ your_password: ["wrong", password()] }, "Your password is missing"],
    ] as const) {
      const { status, html: page } = await client.post("/danger", { thing: "abc", ...given });
      expect(status).toBe(422);
      expect(page).toContain(told);
      expect(formOf(page, "/danger")).toEqual({ thing: "abc", your_password: "" });
    }
    expect(done).toEqual([]);
  });

  it("is done with the password, which then holds for an hour", async () => {
    const client = await clientAfter({ minutes: 60 });
    expect((await client.post("/danger", { thing: "abc", your_password: password() })).status).toBe(303);
    stage.service.clock.advance({ minutes: 59 });
    expect((await client.post("/danger", { thing: "def" })).status).toBe(303);
    expect(done).toEqual(["abc", "def"]);
    stage.service.clock.advance({ minutes: 1 });
    expect((await client.post("/danger", { thing: "ghi" })).status).toBe(422);
  });

  it("checks what was typed before the password, which is asked for still", async () => {
    const client = await clientAfter({ minutes: 60 });
    const { status, html: page } = await client.post("/danger", { thing: "ab", your_password: password() });
    expect([status, page.includes('<a href="#thing">')]).toEqual([422, true]);
    expect(formOf(page, "/danger")).toEqual({ thing: "ab", your_password: "" });
  });

  it("is no place to guess at passwords", async () => {
    const client = await clientAfter({ minutes: 60 });
    const statuses: number[] = [];
    for (let index = 0; index <= MAXIMUM_FAILURES; index += 1) {
      statuses.push((await client.post("/danger", { thing: "abc", your_password: `guess ${index}` })).status);
    }
    expect(statuses.at(-1)).toBe(429);
    const { status, headers, html: page } = await client.post("/danger", { thing: "abc", your_password: password() });
    expect([status, Number(headers["retry-after"]) > 0]).toEqual([429, true]);
    expect(formOf(page, "/danger")).toEqual({ thing: "abc", your_password: "" });
    expect(done).toEqual([]);
  });
});

describe("every page that confirms", () => {
  it("does nothing an hour after the sign-in without the password", async () => {
    stage.service.clock.advance({ days: 1 });
    const confirming = boundPages(stage).filter(({ confirms }) => confirms);
    for (const row of PAGES.filter((each) => isForm(each) && confirming.some(({ name }) => name === each.page))) {
      const client = await stage.clientOf("administrator");
      stage.service.clock.advance({ minutes: 60 });
      const answer = await open(row, stage, { role: "administrator", client });
      expect([row.page, answer.status, answer.html.includes('name="your_password"')]).toEqual([row.page, 422, true]);
    }
  });
});
