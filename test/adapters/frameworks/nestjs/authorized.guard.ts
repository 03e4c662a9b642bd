import { type CanActivate, type ExecutionContext, Injectable } from "@nestjs/common";

@Injectable()
export class Authorized implements CanActivate {
  canActivate(context: ExecutionContext): boolean {
    return context.switchToHttp().getRequest().headers.authorization === "Bearer me";
  }
}
