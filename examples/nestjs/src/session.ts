import {
  createParamDecorator,
  Injectable,
  UnauthorizedException,
  type CanActivate,
  type ExecutionContext,
} from "@nestjs/common";
import { SessionManager } from "latchkey";
import { loadKeyRing } from "latchkey/keys";
import { sessionOf } from "latchkey/node";
import { Toolbar } from "latchkey/toolbar";

export interface Data {
  visits: number;
}

const keys = loadKeyRing({ env: process.env });
export const manager = new SessionManager<Data>({ keys });
// Off unless NODE_ENV is development.
export const toolbar = new Toolbar({ keys });

const sessionIn = (context: ExecutionContext) => sessionOf(manager, context.switchToHttp().getRequest<object>());

/** The session of the request, as a parameter of a handler. */
export const Session = createParamDecorator((_: unknown, context: ExecutionContext) => sessionIn(context));
export type Session = ReturnType<typeof sessionIn>;

/** Lets only visitors in who have logged in. The others get a 401. */
@Injectable()
export class LoggedIn implements CanActivate {
  canActivate(context: ExecutionContext): boolean {
    if (sessionIn(context).subject === undefined) throw new UnauthorizedException();
    return true;
  }
}
