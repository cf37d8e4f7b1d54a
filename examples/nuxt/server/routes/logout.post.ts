export default defineEventHandler((event) => {
  useLatchkey(event).logout();
  return sendRedirect(event, "/", 303);
});
