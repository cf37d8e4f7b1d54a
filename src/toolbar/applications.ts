/** One route of an application. */
export interface RouteFacts {
  /** "GET", or several with commas; "ALL" for any. */
  readonly methods: string;
  /** As the application has written it: "/users/:id". */
  readonly path: string;
  /** The name of what answers. */
  readonly name?: string | undefined;
}

/** What a framework tells about an application. For adapters. */
export interface ApplicationFacts {
  /** "Express", "Fastify". */
  readonly name: string;
  /** Called at most once a second, while requests are answered. */
  readonly config?: (() => object) | undefined;
  /** Called at most once a second, while requests are answered. */
  readonly routes?: (() => readonly RouteFacts[]) | undefined;
}

/** More are not expected in one process; they would be added for each request by mistake. */
const MOST = 20;

/** The applications that show this toolbar. */
export class Applications {
  readonly #known = new Map<object, ApplicationFacts>();

  /**
   * @param application the object of the framework, so that a second call replaces what the first
   *   has told.
   */
  add(application: object, facts: ApplicationFacts): void {
    if (this.#known.has(application) || this.#known.size < MOST) this.#known.set(application, facts);
  }

  get list(): readonly ApplicationFacts[] {
    return [...this.#known.values()];
  }
}
