import { Controller, Get, Header, Post, Redirect, Sse, UseGuards, type MessageEvent } from "@nestjs/common";
import { interval, map, type Observable } from "rxjs";
import { LoggedIn, Session } from "./session.js";

@Controller()
export class AppController {
  @Get()
  @Header("Content-Type", "text/html; charset=utf-8")
  home(@Session() session: Session): string {
    session.data.visits = (session.data.visits ?? 0) + 1;
    const messages = session.flashes().map(({ message }) => `<p><strong>${message}</strong></p>`);
    const [path, label] = session.subject === undefined ? ["/login", "Log in"] : ["/logout", "Log out"];
    return `<!doctype html><html><head><title>Latchkey</title></head><body>${messages.join("")}
      <p>Visit ${session.data.visits}</p>
      <form method="post" action="${path}"><button>${label}</button></form></body></html>`;
  }

  @Post("login")
  @Redirect("/", 303)
  login(@Session() session: Session): void {
    // A real application checks a password here.
    session.login("ada");
    session.flash("Welcome, Ada.");
  }

  @Post("logout")
  @Redirect("/", 303)
  logout(@Session() session: Session): void {
    session.logout();
  }

  @Get("me")
  @UseGuards(LoggedIn)
  me(@Session() session: Session): string {
    return `You are ${session.subject}.`;
  }

  @Get("error")
  error(@Session() session: Session): never {
    session.data.visits = (session.data.visits ?? 0) + 1;
    throw new Error("An error of the handler. The session is saved.");
  }

  @Sse("clock")
  clock(@Session() session: Session): Observable<MessageEvent> {
    session.data.visits = (session.data.visits ?? 0) + 1;
    return interval(250).pipe(map(() => ({ data: new Date().toISOString() })));
  }
}
