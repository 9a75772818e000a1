import Table from '@mui/material/Table';
import TableBody from '@mui/material/TableBody';
import TableCell from '@mui/material/TableCell';
import TableContainer from '@mui/material/TableContainer';
import TableHead from '@mui/material/TableHead';
import TableRow from '@mui/material/TableRow';
import { useTranslation } from 'react-i18next';
import { codePointSlice } from '../../shared/code-points';
import { formatScore } from '../../shared/format';
import { useEntityName } from '../../shared/hooks/useEntityName';
import type { Span } from './findings';

interface Props {
  text: string;
  spans: Span[];
}

export function FindingsTable({ text, spans }: Props) {
  const { t } = useTranslation();
  const name = useEntityName();
  const label = t('privacy.found.table');
  return (
    <TableContainer tabIndex={0} role="region" aria-label={label}>
      <Table size="small" aria-label={label}>
        <TableHead>
          <TableRow>
            <TableCell>{t('privacy.found.type')}</TableCell>
            <TableCell>{t('privacy.found.text')}</TableCell>
            <TableCell align="right">{t('privacy.found.score')}</TableCell>
            <TableCell>{t('privacy.found.recognizer')}</TableCell>
          </TableRow>
        </TableHead>
        <TableBody>
          {[...spans]
            .sort((a, b) => a.start - b.start)
            .map((span) => (
              <TableRow key={`${span.start}-${span.end}-${span.type}`}>
                <TableCell component="th" scope="row" sx={{ whiteSpace: 'nowrap' }}>
                  {name.of(span.type)}
                </TableCell>
                <TableCell sx={{ overflowWrap: 'anywhere' }}>
                  {codePointSlice(text, span.start, span.end)}
                </TableCell>
                <TableCell align="right" sx={{ fontVariantNumeric: 'tabular-nums' }}>
                  {formatScore(span.score)}
                </TableCell>
                <TableCell sx={{ color: 'text.secondary' }}>{span.recognizer}</TableCell>
              </TableRow>
            ))}
        </TableBody>
      </Table>
    </TableContainer>
  );
}
