export default defineEventHandler((event) => {
  const { subject } = useLatchkey(event);
  if (subject === undefined) throw createError({ status: 401, message: "Log in first." });
  return `You are ${subject}.`;
});
