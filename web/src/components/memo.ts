import { Component, createElement, type ComponentType } from 'preact'

/** memo makes a component that is drawn again only if one of its props is another one. */
export function memo<P extends object>(f: (props: P) => preact.ComponentChild): ComponentType<P> {
  return class extends Component<P> {
    override shouldComponentUpdate(next: P): boolean {
      const now = this.props as Record<string, unknown>
      return Object.entries(next).some(([k, v]) => now[k] !== v)
    }
    override render() {
      return createElement(f as ComponentType<P>, this.props as P & preact.Attributes)
    }
  }
}
