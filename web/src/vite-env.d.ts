declare const __VERSION__: string;
declare module '@fontsource-variable/inter';
