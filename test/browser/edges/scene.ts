import type { SessionManagerOptions } from "latchkey";
import { generateSecretKey } from "latchkey/keys";
import { forgeSession } from "latchkey/testing";
import { makeCertificate, type Certificate } from "../../support/certificate.ts";
import type { Engine, Tab } from "../../support/engines/engine.ts";
import { HttpsHosts } from "../../support/https-hosts.ts";
import { CookieApp, type Adapter } from "./cookie-app.ts";

/**
 * A browser, and two HTTPS servers on two ports of this machine. Every case gets host names of its
 * own, and so a clean set of cookies.
 */
export class Stage {
  readonly tab: Tab;
  readonly hosts: HttpsHosts;
  readonly otherPort: HttpsHosts;
  readonly #engine: Engine;
  readonly #certificate: Certificate;
  #cases = 0;

  private constructor(engine: Engine, tab: Tab, certificate: Certificate, hosts: HttpsHosts, otherPort: HttpsHosts) {
    this.#engine = engine;
    this.tab = tab;
    this.#certificate = certificate;
    this.hosts = hosts;
    this.otherPort = otherPort;
  }

  static async open(engine: Engine): Promise<Stage> {
    const certificate = makeCertificate();
    const [hosts, otherPort] = await Promise.all([HttpsHosts.start(certificate), HttpsHosts.start(certificate)]);
    return new Stage(engine, await engine.start(), certificate, hosts, otherPort);
  }

  /** Serves an application at `shop.<domain>`. */
  scene(
    adapter: Adapter,
    options: (domain: string) => Omit<SessionManagerOptions, "keys"> & Partial<SessionManagerOptions>,
  ): Scene {
    const domain = `case-${++this.#cases}.${this.#engine.topLevelDomain}`;
    const app = new CookieApp(adapter, { keys: generateSecretKey(), ...options(domain) });
    this.hosts.serve(`shop.${domain}`, app.listener);
    return new Scene(this, app, domain);
  }

  async close(): Promise<void> {
    await this.tab.close();
    await Promise.all([this.hosts.stop(), this.otherPort.stop()]);
    this.#certificate.remove();
  }
}

/** One application, its visitor, and its neighbours. */
export class Scene {
  readonly app: CookieApp;
  /** The registrable domain; the application is at `shop.<domain>`. */
  readonly domain: string;
  readonly stage: Stage;

  constructor(stage: Stage, app: CookieApp, domain: string) {
    this.stage = stage;
    this.app = app;
    this.domain = domain;
  }

  get host(): string {
    return `shop.${this.domain}`;
  }

  /** A host of another site. */
  get otherSite(): string {
    return `other-${this.domain}`;
  }

  /** Opens a page of the application in the visitor's tab. */
  async visit(path: string = "/page"): Promise<void> {
    await this.stage.tab.goto(this.stage.hosts.url(this.host, path));
  }

  /** The answer to a request that the page in the tab makes. */
  async ask(path: string): Promise<string> {
    return (await this.stage.tab.evaluate(
      `fetch(${JSON.stringify(path)}, { cache: "no-store" }).then((r) => r.text())`,
    )) as string;
  }

  /** Logs the visitor in from a page of the application, and makes sure of it. */
  async logIn(subject: string, folder: string = ""): Promise<void> {
    await this.visit();
    await this.ask(`${folder}/login?as=${subject}`);
  }

  /**
   * Begins a request that is answered when `late` is called, which waits until the browser has the
   * answer.
   */
  async beginSlow(path: string): Promise<{ readonly late: () => Promise<void> }> {
    const held = this.app.holdNext();
    await this.stage.tab.evaluate(
      `(window.late = fetch(${JSON.stringify(path)}, { cache: "no-store" }).then((r) => r.text()), 0)`,
    );
    await held.arrived;
    return {
      late: async () => {
        held.release();
        await this.stage.tab.evaluate("window.late");
      },
    };
  }

  /** How many cookies of a name the browser sends to a folder of the application. */
  async held(name: string, folder: string = ""): Promise<number> {
    return (await this.ask(`${folder}/cookies`)).split("; ").filter((pair) => pair.startsWith(`${name}=`)).length;
  }

  /** A genuine session that an attacker got by logging in, as `name=value`. */
  async sessionOf(subject: string): Promise<string> {
    return (await forgeSession(this.app.manager, { subject, url: this.stage.hosts.url(this.host, "/") })).header;
  }

  /** Has a page on another host send a Set-Cookie line. */
  async setFrom(host: string, line: string): Promise<void> {
    await this.stage.tab.goto(this.stage.hosts.url(host, `/page?set=${encodeURIComponent(line)}`));
  }

  /**
   * Sends a request to the application from whatever page the tab shows, with such cookies as the
   * browser adds.
   */
  async sendFromThisPage(path: string): Promise<void> {
    const url = JSON.stringify(this.stage.hosts.url(this.host, path));
    await this.stage.tab.evaluate(
      `fetch(${url}, { mode: "no-cors", credentials: "include", cache: "no-store" }).then(() => 0)`,
    );
  }

  /** Has a script in a page of the application set a cookie. */
  async setByScript(line: string): Promise<void> {
    await this.visit();
    await this.stage.tab.evaluate(`(document.cookie = ${JSON.stringify(line)}, 0)`);
  }
}
