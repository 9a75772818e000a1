import Card from '@mui/material/Card';
import Checkbox from '@mui/material/Checkbox';
import Table from '@mui/material/Table';
import TableBody from '@mui/material/TableBody';
import TableCell from '@mui/material/TableCell';
import TableContainer from '@mui/material/TableContainer';
import TableHead from '@mui/material/TableHead';
import TableRow from '@mui/material/TableRow';
import { useRef } from 'react';
import { useTranslation } from 'react-i18next';
import { useRowKeys } from '../../shared/hooks/useRowKeys';
import { LetterRow } from './LetterRow';
import { keyOf, type Letter } from './letters';

interface Props {
  letters: Letter[];
  chosen: ReadonlySet<string>;
  mayMove: boolean;
  busy: boolean;
  onChoose: (letters: Letter[], chosen: boolean) => void;
  onAgain: (letter: Letter) => void;
  onDiscard: (letter: Letter) => void;
}

export function LetterTable({ letters, chosen, mayMove, onChoose, ...actions }: Props) {
  const { t } = useTranslation();
  const body = useRef<HTMLTableSectionElement>(null);
  useRowKeys(body);
  const ticked = letters.filter((letter) => chosen.has(keyOf(letter))).length;
  const all = ticked === letters.length;
  return (
    <Card>
      <TableContainer tabIndex={0} role="region" aria-label={t('events.table.label')}>
        <Table aria-label={t('events.table.label')}>
          <TableHead>
            <TableRow>
              {mayMove && (
                <TableCell padding="checkbox">
                  <Checkbox
                    checked={all}
                    indeterminate={ticked > 0 && !all}
                    onChange={() => onChoose(letters, !all)}
                    slotProps={{ input: { 'aria-label': t('events.table.selectPage') } }}
                  />
                </TableCell>
              )}
              <TableCell>{t('events.table.handler')}</TableCell>
              <TableCell>{t('events.table.error')}</TableCell>
              <TableCell>{t('events.table.parked')}</TableCell>
              <TableCell>{t('events.table.concerns')}</TableCell>
              {mayMove && <TableCell align="right">{t('events.table.actions')}</TableCell>}
            </TableRow>
          </TableHead>
          <TableBody ref={body}>
            {letters.map((letter) => (
              <LetterRow
                key={keyOf(letter)}
                letter={letter}
                chosen={chosen.has(keyOf(letter))}
                mayMove={mayMove}
                onChoose={(each, checked) => onChoose([each], checked)}
                {...actions}
              />
            ))}
          </TableBody>
        </Table>
      </TableContainer>
    </Card>
  );
}
