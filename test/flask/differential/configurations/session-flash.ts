import { flash, getFlashedMessages, redirect, renderTemplateString, session } from "latchkey/flask";
import { newApp, type Configuration } from "../configuration.ts";
import { show } from "../show.ts";

/** Messages for the next page. */
export const configuration: Configuration = {
  create() {
    const app = newApp();
    app.route("/flash", function one() {
      flash("saved");
      return redirect("/show");
    });
    app.route("/categories", function categories() {
      flash("plain");
      flash("it worked", "success");
      flash("<b>bold</b> é", "error");
      return "flashed";
    });
    app.route("/show", function shown() {
      return show(getFlashedMessages());
    });
    app.route("/pairs", function pairs() {
      return show(getFlashedMessages({ withCategories: true }));
    });
    app.route("/filter", function filtered() {
      return show([getFlashedMessages({ categoryFilter: ["error"] }), getFlashedMessages()]);
    });
    app.route("/same", function same() {
      flash("now");
      return show(getFlashedMessages());
    });
    app.route("/late", function late() {
      const before = getFlashedMessages();
      flash("late");
      return show([before, getFlashedMessages()]);
    });
    app.route("/template", function template() {
      return renderTemplateString(
        "{% with messages = get_flashed_messages(with_categories=true) %}" +
          "{% for category, message in messages %}[{{ category }}: {{ message }}]{% endfor %}{% endwith %}",
      );
    });
    app.route("/nowhere2", function other() {
      return "other";
    });
    app.route("/clear", function clear() {
      session.clear();
      return "cleared";
    });
    app.route("/peek", function peek() {
      return show("_flashes" in session);
    });
    return app;
  },
  requests: [
    ["GET /flash", "GET /nowhere2", "GET /peek", "GET /show", "GET /show"],
    ["GET /categories", "GET /pairs", "GET /pairs"],
    ["GET /categories", "GET /filter", "GET /show"],
    ["GET /categories", "GET /flash", "GET /template", "GET /template"],
    ["GET /flash", "GET /flash", "GET /show"],
    ["GET /same", "GET /late", "GET /show", "GET /show"],
    ["GET /flash", "GET /clear", "GET /show"],
    "GET /show",
    "GET /template",
  ],
};
