export default defineEventHandler((event) => {
  const session = useLatchkey(event);
  // A real application checks a password here.
  session.login("ada");
  session.flash("Welcome, Ada.");
  return sendRedirect(event, "/", 303);
});
