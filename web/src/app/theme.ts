import { createTheme } from '@mui/material/styles';

interface Tones {
  negative: string;
  neutral: string;
  positive: string;
}

interface Marks {
  /** Behind hidden personal data. */
  entity: string;
  entityText: string;
  /** Behind a quoted passage. */
  quote: string;
  quoteText: string;
  /** Behind what the company itself wrote. */
  own: string;
}

declare module '@mui/material/styles' {
  interface Palette {
    sentiment: Tones;
    marks: Marks;
    rail: string;
  }
  interface PaletteOptions {
    sentiment: Tones;
    marks: Marks;
    rail: string;
  }
}

const FONT = '"Inter Variable", system-ui, -apple-system, "Segoe UI", Roboto, sans-serif';

/** Blue-orange-grey sentiment tones stay apart for the three common kinds of colour blindness. */
export const theme = createTheme({
  cssVariables: { colorSchemeSelector: 'data-color-scheme' },
  colorSchemes: {
    light: {
      palette: {
        primary: { main: '#2f4ac9' },
        error: { main: '#b3261e' },
        warning: { main: '#8a4b00' },
        success: { main: '#12674f' },
        info: { main: '#1d5fa8' },
        background: { default: '#f6f7fa', paper: '#ffffff' },
        text: { primary: '#161a26', secondary: '#545b6e' },
        divider: '#e2e5ed',
        sentiment: { negative: '#c8501e', neutral: '#98a1b5', positive: '#1b7fa6' },
        marks: {
          entity: '#e6e9fb',
          entityText: '#22348f',
          quote: '#ffefb8',
          quoteText: '#3f3000',
          own: '#f0f3fd',
        },
        rail: '#fbfcfe',
      },
    },
    dark: {
      palette: {
        primary: { main: '#9db0ff' },
        error: { main: '#ff9c92' },
        warning: { main: '#f5b867' },
        success: { main: '#6fd6b3' },
        info: { main: '#8cc4ff' },
        background: { default: '#0e1118', paper: '#161a24' },
        text: { primary: '#eceff7', secondary: '#a4acc0' },
        divider: '#272d3b',
        sentiment: { negative: '#f0814f', neutral: '#7c869c', positive: '#4fb7dd' },
        marks: {
          entity: '#283056',
          entityText: '#c9d3ff',
          quote: '#4d3f0f',
          quoteText: '#ffeab0',
          own: '#1d2334',
        },
        rail: '#11151e',
      },
    },
  },
  shape: { borderRadius: 10 },
  typography: {
    fontFamily: FONT,
    h1: { fontSize: '1.5rem', fontWeight: 650, letterSpacing: '-0.02em', lineHeight: 1.25 },
    h2: { fontSize: '1.0625rem', fontWeight: 620, letterSpacing: '-0.01em', lineHeight: 1.35 },
    h3: { fontSize: '0.9375rem', fontWeight: 620, lineHeight: 1.4 },
    body1: { fontSize: '0.9375rem', lineHeight: 1.55 },
    body2: { fontSize: '0.875rem', lineHeight: 1.5 },
    caption: { fontSize: '0.78125rem', lineHeight: 1.45 },
    button: { textTransform: 'none', fontWeight: 580 },
  },
  components: {
    MuiCssBaseline: {
      styleOverrides: {
        '*:focus-visible': {
          outline: '2px solid var(--mui-palette-primary-main)',
          outlineOffset: 2,
        },
        '@media (prefers-reduced-motion: reduce)': {
          '*, *::before, *::after': {
            animationDuration: '0.01ms !important',
            animationIterationCount: '1 !important',
            transitionDuration: '0.01ms !important',
          },
        },
        html: { scrollPaddingTop: '5rem' },
      },
    },
    MuiButton: { defaultProps: { disableElevation: true } },
    MuiButtonBase: { defaultProps: { disableRipple: true } },
    MuiTextField: { defaultProps: { size: 'small' } },
    MuiPaper: {
      styleOverrides: { root: { backgroundImage: 'none' } },
    },
    MuiCard: {
      defaultProps: { variant: 'outlined' },
    },
    MuiDialogTitle: { styleOverrides: { root: ({ theme }) => theme.typography.h1 } },
    MuiInputBase: {
      styleOverrides: {
        input: ({ theme }) => ({
          '&::placeholder': { color: theme.vars?.palette.text.secondary, opacity: 1 },
        }),
      },
    },
    MuiDialog: { styleOverrides: { paper: { borderRadius: 14 } } },
    MuiTableCell: {
      styleOverrides: {
        head: ({ theme }) => ({
          ...theme.typography.caption,
          fontWeight: 600,
          color: theme.vars?.palette.text.secondary,
        }),
        root: ({ theme }) => ({ borderColor: theme.vars?.palette.divider }),
      },
    },
    MuiTooltip: { defaultProps: { arrow: true } },
    MuiLink: { defaultProps: { underline: 'hover' } },
  },
});
