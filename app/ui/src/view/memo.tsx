import { Component, type ComponentChild, type FunctionComponent } from "preact";

/** A component that is rendered again only when a property changes (`===`). */
export function memo<Props extends object>(render: FunctionComponent<Props>): FunctionComponent<Props> {
  class Memo extends Component<Props> {
    override shouldComponentUpdate(next: Props): boolean {
      const keys = Object.keys({ ...next, ...this.props }) as (keyof Props)[];
      return keys.some((key) => next[key] !== this.props[key]);
    }

    override render(): ComponentChild {
      const Inner = render;
      return <Inner {...this.props} />;
    }
  }
  return Memo as unknown as FunctionComponent<Props>;
}
