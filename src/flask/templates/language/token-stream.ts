import { TemplateError } from "../errors.ts";
import type { Token } from "./lexer.ts";

/** The tokens of one tag, read one after the other. */
export class TokenStream {
  readonly template: string;
  readonly #tokens: readonly Token[];
  readonly #line: number;
  #at = 0;

  constructor(tokens: readonly Token[], template: string, line: number) {
    this.#tokens = tokens;
    this.template = template;
    this.#line = line;
  }

  get current(): Token | undefined {
    return this.#tokens[this.#at];
  }

  get line(): number {
    return (this.current ?? this.#tokens.at(-1))?.line ?? this.#line;
  }

  get done(): boolean {
    return this.#at >= this.#tokens.length;
  }

  /** Whether the token after the next `skip` ones is this sign or word. */
  looksAt(text: string, skip = 0): boolean {
    const token = this.#tokens[this.#at + skip];
    return token !== undefined && token.kind !== "string" && token.text === text;
  }

  next(): Token {
    const token = this.current;
    if (token === undefined) return this.fail("The tag ends too early. Fix: complete the expression.");
    this.#at++;
    return token;
  }

  /** Reads this sign or word, if it is next. */
  accept(text: string): boolean {
    const found = this.looksAt(text);
    if (found) this.#at++;
    return found;
  }

  expect(text: string): void {
    if (!this.accept(text)) this.fail(`expected '${text}', got ${this.#shown()}`);
  }

  name(): string {
    const token = this.current;
    if (token?.kind !== "name") return this.fail(`expected a name, got ${this.#shown()}`);
    return this.next().text;
  }

  end(): void {
    if (!this.done) this.fail(`unexpected ${this.#shown()}. Fix: end the tag before it.`);
  }

  fail(message: string): never {
    throw new TemplateError("syntax", message, { template: this.template, line: this.line });
  }

  #shown(): string {
    return this.current === undefined ? "the end of the tag" : `'${this.current.text}'`;
  }
}
