import { flash, getFlashedMessages, redirect, renderTemplateString, request, session } from "latchkey/flask";
import { newApp, type Configuration, type Visit } from "../configuration.ts";
import { get } from "../requests.ts";
import { show } from "../show.ts";

const visit = (...paths: readonly string[]): Visit => paths.map((path) => get(path));

/** Flashed messages with categories, filters and templates. */
export const configuration: Configuration = {
  create() {
    const app = newApp();
    app.route("/add/<category>/<message>", { endpoint: "add" }, ({ category, message }) => {
      flash(message, category);
      return "added";
    });
    app.route("/default/<message>", { endpoint: "default" }, ({ message }) => {
      flash(message);
      return "added";
    });
    app.route("/show", { endpoint: "shown" }, () => {
      const categoryFilter = request.args.getlist("c");
      return show(
        request.args.has("w")
          ? getFlashedMessages({ withCategories: true, categoryFilter })
          : getFlashedMessages({ categoryFilter }),
      );
    });
    app.route("/twice", { endpoint: "twice" }, () =>
      show([
        getFlashedMessages({ categoryFilter: ["a"] }),
        getFlashedMessages({ categoryFilter: ["b"] }),
        getFlashedMessages(),
      ]),
    );
    app.route("/template", { endpoint: "template" }, () =>
      renderTemplateString(
        "{% for c, m in get_flashed_messages(with_categories=true, category_filter=['a', 'b']) %}{{ c }}={{ m }};{% endfor %}" +
          "{% for m in get_flashed_messages() %}{{ m }},{% endfor %}{{ get_flashed_messages()|length }}",
      ),
    );
    app.route("/addshow", { endpoint: "add_show" }, () => {
      flash("one", "a");
      const first = getFlashedMessages();
      flash("two", "b");
      return show([first, getFlashedMessages()]);
    });
    app.route("/showadd", { endpoint: "show_add" }, () => {
      const first = getFlashedMessages();
      flash("later", "b");
      return show(first);
    });
    app.route("/fail", { endpoint: "fail" }, () => {
      flash("before the error");
      throw new Error("no");
    });
    app.route("/redirect", { endpoint: "leads" }, () => {
      flash("went", "a");
      return redirect("/show", 303);
    });
    app.route("/number", { endpoint: "number" }, () => {
      flash("7", "1");
      return show(Object.keys(session).toSorted());
    });
    app.errorHandler(500, () => [show(getFlashedMessages()), 500]);
    return app;
  },
  requests: [
    visit("/add/a/x", "/show", "/show"),
    visit("/add/a/x", "/add/b/y", "/add/a/z", "/show?w=1", "/show"),
    visit("/add/a/x", "/add/b/y", "/show?c=b", "/show"),
    visit("/add/a/x", "/add/b/y", "/default/z", "/show?w=1&c=a&c=message", "/show"),
    visit("/add/a/x", "/add/b/y", "/twice", "/twice"),
    visit("/add/a/%3Cb%3E", "/add/b/%26%C3%A9", "/default/z", "/template", "/template"),
    visit("/default/x", "/addshow", "/show"),
    visit("/default/x", "/showadd", "/show?w=1"),
    visit("/fail", "/show"),
    visit("/default/kept", "/fail", "/show"),
    visit("/redirect", "/show"),
    visit("/number", "/show?c=1"),
    visit("/show", "/twice", "/template"),
    visit("/add/a/x", "HEAD /show".slice(5), "/show"),
    visit("/add/a/x", "/nothing", "/show"),
  ],
};
