/** The part of selenium-webdriver that tests call; the package brings no types. */
declare module "selenium-webdriver" {
  interface WebElement {
    click(): Promise<void>;
    clear(): Promise<void>;
    sendKeys(text: string): Promise<void>;
  }
  interface Condition<Result> {
    readonly result: Result;
  }
  interface Actions {
    /** A place of the window. */
    move(to: { readonly x: number; readonly y: number }): this;
    click(): this;
    perform(): Promise<void>;
  }
  interface WebDriver {
    actions(): Actions;
    get(url: string): Promise<void>;
    wait<Result>(condition: Condition<Result>, timeout: number): Promise<Result>;
    executeAsyncScript(script: string): Promise<unknown>;
    manage(): { setTimeouts(milliseconds: { readonly script: number; readonly pageLoad: number }): Promise<void> };
    quit(): Promise<void>;
  }
  export class Builder {
    usingServer(url: string): this;
    withCapabilities(capabilities: Capabilities): this;
    build(): Promise<WebDriver>;
  }
  export class Capabilities {
    constructor(capabilities: Readonly<Record<string, unknown>>);
  }
  export const By: { css(selector: string): unknown };
  export const until: { elementLocated(locator: unknown): Condition<WebElement> };
}
