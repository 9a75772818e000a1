import { Component, type ReactNode } from 'react';
import { PageFault } from './PageFault';

interface Props {
  children: ReactNode;
}

interface State {
  failed: boolean;
}

/** Keeps a page that fails to draw from taking the console down with it. */
export class ErrorBoundary extends Component<Props, State> {
  override state: State = { failed: false };

  static getDerivedStateFromError(): State {
    return { failed: true };
  }

  override render() {
    if (!this.state.failed) return this.props.children;
    return <PageFault onRetry={() => this.setState({ failed: false })} />;
  }
}
