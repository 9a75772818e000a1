import Box from '@mui/material/Box';

const WIDTH = 120;
const HEIGHT = 32;
const PAD = 2;

interface Props {
  /** In order; null where the value is undefined, which leaves a gap. */
  values: (number | null)[];
  color?: string;
}

/** The course of a figure from zero up, without axes; the tile beside it says the figure. */
export function Sparkline({ values, color = 'primary.main' }: Props) {
  const known = values.filter((value): value is number => value !== null);
  if (known.length < 2) return <Box sx={{ height: HEIGHT }} />;
  const top = Math.max(...known);
  const bottom = Math.min(0, ...known);
  const spread = top - bottom || 1;
  const whole = known.length === values.length;
  const step = (WIDTH - 2 * PAD) / (values.length - 1);
  let path = '';
  let pen = 'M';
  values.forEach((value, i) => {
    if (value === null) {
      pen = 'M';
      return;
    }
    const y = HEIGHT - PAD - ((value - bottom) / spread) * (HEIGHT - 2 * PAD);
    path += `${pen}${(PAD + i * step).toFixed(1)} ${y.toFixed(1)}`;
    // A point between two gaps has no line; this gives it a dot.
    if (pen === 'M') path += 'h0.01';
    pen = 'L';
  });
  return (
    <Box
      component="svg"
      viewBox={`0 0 ${WIDTH} ${HEIGHT}`}
      preserveAspectRatio="none"
      aria-hidden
      sx={{ width: '100%', height: HEIGHT, color, display: 'block' }}
    >
      {whole && (
        <path
          d={`${path}L${WIDTH - PAD} ${HEIGHT}L${PAD} ${HEIGHT}Z`}
          fill="currentColor"
          opacity={0.14}
        />
      )}
      <path
        d={path}
        fill="none"
        stroke="currentColor"
        strokeWidth={1.75}
        strokeLinejoin="round"
        strokeLinecap="round"
        vectorEffect="non-scaling-stroke"
      />
    </Box>
  );
}
