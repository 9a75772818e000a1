import '@fontsource-variable/inter';
import CssBaseline from '@mui/material/CssBaseline';
import { ThemeProvider } from '@mui/material/styles';
import { type ReactNode, useState } from 'react';
import { Provider } from 'react-redux';
import { createStore, type Store } from './store';
import { theme } from './theme';

interface Props {
  children: ReactNode;
  store?: Store;
}

export function Providers({ children, store }: Props) {
  const [own] = useState(() => store ?? createStore());
  return (
    <Provider store={own}>
      <ThemeProvider theme={theme} defaultMode="system" disableTransitionOnChange>
        <CssBaseline enableColorScheme />
        {children}
      </ThemeProvider>
    </Provider>
  );
}
