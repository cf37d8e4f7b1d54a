/** What a page shows of the session: the page takes it with useRequestEvent(). */
export interface Visit {
  readonly visits: number;
  readonly name: string | undefined;
  readonly messages: readonly string[];
}

export default defineEventHandler((event) => {
  if (event.path !== "/") return;
  const session = useLatchkey(event);
  session.data.visits = (session.data.visits ?? 0) + 1;
  event.context.visit = {
    visits: session.data.visits,
    name: session.subject,
    messages: session.flashes().map(({ message }) => message),
  } satisfies Visit;
});
