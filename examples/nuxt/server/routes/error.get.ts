export default defineEventHandler((event) => {
  const { data } = useLatchkey(event);
  data.visits = (data.visits ?? 0) + 1;
  throw new Error("An error of the handler. The session is saved.");
});
