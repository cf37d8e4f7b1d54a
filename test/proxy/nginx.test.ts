import { once } from "node:events";
import { request as httpRequest, type IncomingMessage } from "node:http";
import { request as httpsRequest } from "node:https";
import type { Mode } from "latchkey";
import { generateSecretKey, loadKeyRing } from "latchkey/keys";
import { CookieJar } from "tough-cookie";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { makeCertificate, opensslPath, type Certificate } from "../support/certificate.ts";
import { nginxPath, startNginx, type ProxiedHost } from "../support/nginx.ts";
import { runExample, type RunningExample } from "../support/run-example.ts";
import type { Service } from "../support/services.ts";
import { FRAMEWORKS, startUpstream, type Upstream } from "./upstreams.ts";

const MODES: readonly Mode[] = ["production", "development"];
const FORWARDING = [
  "proxy_set_header Host $host;",
  "proxy_set_header X-Forwarded-Proto $scheme;",
  "proxy_set_header X-Forwarded-For $proxy_add_x_forwarded_for;",
];
/** What a site may have in its configuration of nginx. */
const FRONTS: Readonly<Record<string, readonly string[]>> = {
  "as it comes": [],
  "with forwarding headers": FORWARDING,
  "with HTTP/1.1 and forwarding headers": ["proxy_http_version 1.1;", ...FORWARDING],
};
const EXAMPLES = ["node", "express", "fastify", "koa", "hono"] as const;

interface Answer {
  readonly status: number;
  readonly body: string;
  readonly setCookie: readonly string[];
}

/** A browser, as far as cookies are concerned. */
class Visitor {
  readonly #jar = new CookieJar();
  readonly #origin: string;
  readonly #port: number;

  /** @param port where a server listens on this machine, whatever name the address has. */
  constructor(origin: string, port: number) {
    this.#origin = origin;
    this.#port = port;
  }

  async get(path: string): Promise<Answer> {
    const url = new URL(path, this.#origin);
    const headers: Record<string, string> = {
      Host: url.host,
      Accept: "text/html",
      "Sec-Fetch-Site": "none",
      "Sec-Fetch-Dest": "document",
    };
    const cookies = await this.#jar.getCookieString(url.href);
    if (cookies !== "") headers["Cookie"] = cookies;
    const options = { host: "127.0.0.1", port: this.#port, path, headers, agent: false };
    const request =
      url.protocol === "https:"
        ? httpsRequest({ ...options, servername: url.hostname, rejectUnauthorized: false })
        : httpRequest(options);
    request.end();
    const [response] = (await once(request, "response")) as [IncomingMessage];
    let body = "";
    for await (const chunk of response.setEncoding("utf8")) body += chunk as string;
    const setCookie = response.headers["set-cookie"] ?? [];
    for (const line of setCookie) await this.#jar.setCookie(line, url.href);
    return { status: response.statusCode!, body, setCookie };
  }
}

async function expectLoginToWork(visitor: Visitor, cookie: RegExp): Promise<void> {
  const { setCookie } = await visitor.get("/login");
  expect(setCookie).toEqual([expect.stringMatching(cookie)]);
  expect((await visitor.get("/")).body).toContain("You are ada.");
  await visitor.get("/logout");
  expect((await visitor.get("/")).body).toContain("You are nobody.");
}

async function expectNoToolbar(visitor: Visitor): Promise<void> {
  const { body } = await visitor.get("/");
  expect(body).toMatch(/^<!doctype html>/i);
  expect(body).not.toContain("_latchkey");
  expect(body).not.toMatch(/<script/i);
  for (const path of ["/_latchkey/", "/_latchkey/toolbar.js"]) {
    const { status, body: answer } = await visitor.get(path);
    expect([403, 404]).toContain(status);
    expect(answer).not.toMatch(/<script|function/i);
  }
}

const SECURE = /^__Host-Http-session=[^;]+;(?=.* Secure)(?=.* HttpOnly)(?!.*Domain)/;
const PLAIN = /^session=(?!.* Secure)/;

describe.skipIf(nginxPath === undefined || opensslPath === undefined)("behind nginx", { timeout: 300_000 }, () => {
  let certificate: Certificate;
  let nginx: Service;
  const upstreams = new Map<string, Upstream>();
  const examples = new Map<string, RunningExample>();
  const nameOf = (...parts: readonly string[]): string =>
    `${parts
      .join("-")
      .toLowerCase()
      .replace(/[^a-z0-9]+/g, "-")}.test`;

  beforeAll(async () => {
    certificate = makeCertificate();
    const hosts: ProxiedHost[] = [];
    for (const mode of MODES) {
      for (const framework of Object.keys(FRAMEWORKS)) {
        const keys = loadKeyRing({ env: { NODE_ENV: mode, SECRET_KEY: generateSecretKey() } });
        const upstream = await startUpstream(framework, keys);
        upstreams.set(`${framework} ${mode}`, upstream);
        for (const [front, directives] of Object.entries(FRONTS)) {
          hosts.push({ name: nameOf(framework, front, mode), upstream: upstream.port, directives });
        }
      }
      for (const file of EXAMPLES) {
        const example = await runExample(`examples/${file}/app.ts`, {
          NODE_ENV: mode,
          SECRET_KEY: generateSecretKey(),
        });
        examples.set(`${file} ${mode}`, example);
        hosts.push({ name: nameOf("example", file, mode), upstream: Number(new URL(example.url).port) });
      }
    }
    nginx = await startNginx(certificate, hosts);
  }, 300_000);
  afterAll(async () => {
    await nginx?.stop();
    await Promise.all([...upstreams.values()].map(async (upstream) => await upstream.close()));
    await Promise.all([...examples.values()].map(async (example) => await example.stop()));
    certificate?.remove();
  });

  const throughNginx = (...parts: readonly string[]): Visitor =>
    new Visitor(`https://${nameOf(...parts)}:${nginx.port}/`, nginx.port);
  const direct = (framework: string, mode: Mode): Visitor => {
    const { port } = upstreams.get(`${framework} ${mode}`)!;
    return new Visitor(`http://127.0.0.1:${port}/`, port);
  };

  describe.each(Object.keys(FRAMEWORKS))("%s", (framework) => {
    describe.each(MODES)("in %s", (mode) => {
      test.each(Object.keys(FRONTS))("C5: nginx %s, the cookie is Secure and belongs to the host", async (front) => {
        await expectLoginToWork(throughNginx(framework, front, mode), SECURE);
      });

      test.each(Object.keys(FRONTS))("P1: nginx %s, no visitor sees the toolbar", async (front) => {
        await expectNoToolbar(throughNginx(framework, front, mode));
      });
    });

    test("C5: a developer's own browser, without nginx, gets a plain cookie and the toolbar", async () => {
      await expectLoginToWork(direct(framework, "development"), PLAIN);
      expect((await direct(framework, "development").get("/")).body).toContain("_latchkey");
    });

    test("P1: in production, a visitor from this machine does not see the toolbar either", async () => {
      await expectNoToolbar(direct(framework, "production"));
    });
  });

  describe.each(EXAMPLES)("the example for %s", (file) => {
    test.each(MODES)(
      "C5, P1: in %s as NODE_ENV says it, the cookie is Secure and there is no toolbar",
      async (mode) => {
        const { setCookie, body } = await throughNginx("example", file, mode).get("/");
        expect(setCookie).toEqual([expect.stringMatching(SECURE)]);
        expect(body).toContain("Visit 1");
        expect(body).not.toContain("_latchkey");
      },
    );
  });
});
