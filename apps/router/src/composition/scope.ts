// The only module that imports tsyringe, which throws unless reflect-metadata was imported before it.
import 'reflect-metadata';
import { type DependencyContainer, instanceCachingFactory, container as root } from 'tsyringe';

/** Names a service and carries its type, so that a wrong dependency does not compile. */
export interface Token<T> {
  readonly symbol: symbol;
  readonly __type?: T;
}
export const token = <T>(name: string): Token<T> => ({ symbol: Symbol.for(`signalbox:${name}`) });

export type Tokens<Services extends readonly unknown[]> = { readonly [Index in keyof Services]: Token<Services[Index]> };

/** Services by token, made when first asked for and disposed in reverse order. No class ever sees it. */
export class Scope implements AsyncDisposable {
  readonly #container: DependencyContainer;
  readonly #cleanup: (() => void | PromiseLike<void>)[] = [];

  private constructor(container: DependencyContainer) {
    this.#container = container;
  }

  static create(): Scope {
    return new Scope(root.createChildContainer());
  }

  /** Not disposed with the scope: it belongs to whoever made it. */
  value<T>(token: Token<T>, value: T): this {
    this.#container.register(token.symbol, { useValue: value });
    return this;
  }

  /** One instance; its dependencies come from this scope. */
  singleton<T, Services extends readonly unknown[]>(token: Token<T>, needs: Tokens<Services>, make: (...services: Services) => T): this {
    const once = instanceCachingFactory(() => {
      const made = make(...(needs.map((need) => this.get(need)) as unknown as Services));
      this.#disposeLater(made);
      return made;
    });
    this.#container.register<T>(token.symbol, { useFactory: once });
    return this;
  }

  get<T>(token: Token<T>): T {
    return this.#container.resolve<T>(token.symbol);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const clean of this.#cleanup.splice(0).toReversed()) await clean();
    await this.#container.dispose();
  }

  // tsyringe disposes what it constructs, but not what a factory made.
  #disposeLater(made: unknown): void {
    if (typeof made !== 'object' || made === null) return;
    const { [Symbol.asyncDispose]: asynchronous, [Symbol.dispose]: synchronous } = made as Partial<AsyncDisposable & Disposable>;
    const dispose = asynchronous ?? synchronous;
    if (dispose) this.#cleanup.push(() => dispose.call(made));
  }
}
