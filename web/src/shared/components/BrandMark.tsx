import Box from '@mui/material/Box';

/** The mark of the product: a speech bubble with a measured signal. */
export function BrandMark({ size = '1.75rem' }: { size?: string }) {
  return (
    <Box
      component="svg"
      viewBox="0 0 32 32"
      aria-hidden
      sx={{ width: size, height: size, flex: 'none', color: 'primary.main' }}
    >
      <rect width="32" height="32" rx="8" fill="currentColor" />
      <Box component="g" sx={{ color: 'primary.contrastText' }}>
        <path
          d="M8 11a3 3 0 0 1 3-3h10a3 3 0 0 1 3 3v7a3 3 0 0 1-3 3h-5.2L11 25v-4a3 3 0 0 1-3-3z"
          fill="currentColor"
        />
      </Box>
      <path
        d="M12 16.5v-2M16 17.5v-5M20 16.5v-3"
        stroke="currentColor"
        strokeWidth="2"
        strokeLinecap="round"
      />
    </Box>
  );
}
