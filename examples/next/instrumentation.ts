export async function register() {
  if (process.env.NEXT_RUNTIME === "nodejs" && process.env.NODE_ENV === "development") {
    const { debugToolbar } = await import("latchkey/next");
    const { Toolbar } = await import("latchkey/toolbar");
    const { keys } = await import("./lib/session");
    debugToolbar(new Toolbar({ keys }));
  }
}
