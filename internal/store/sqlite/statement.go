package sqlite

import (
	"context"
	"database/sql"
	"fmt"
	"sync/atomic"
)

// statement is one statement of the writer or the readers. It is prepared when it is
// used first: most of them never are, and to prepare all would be the better part of
// opening a database. It is safe for concurrent use as far as its connection is.
type statement struct {
	on       preparer
	text     string
	prepared atomic.Pointer[sql.Stmt]
}

// preparer is a database or a connection.
type preparer interface {
	PrepareContext(context.Context, string) (*sql.Stmt, error)
}

func (s *statement) stmt(ctx context.Context) (*sql.Stmt, error) {
	if stmt := s.prepared.Load(); stmt != nil {
		return stmt, nil
	}
	stmt, err := s.on.PrepareContext(ctx, s.text)
	if err != nil {
		return nil, fmt.Errorf("prepare %q: %w", s.text, err)
	}
	if !s.prepared.CompareAndSwap(nil, stmt) {
		_ = stmt.Close() // somebody else was first
		stmt = s.prepared.Load()
	}
	return stmt, nil
}

func (s *statement) ExecContext(ctx context.Context, args ...any) (sql.Result, error) {
	stmt, err := s.stmt(ctx)
	if err != nil {
		return nil, err
	}
	return stmt.ExecContext(ctx, args...)
}

func (s *statement) QueryContext(ctx context.Context, args ...any) (*sql.Rows, error) {
	stmt, err := s.stmt(ctx)
	if err != nil {
		return nil, err
	}
	return stmt.QueryContext(ctx, args...)
}

func (s *statement) QueryRowContext(ctx context.Context, args ...any) scanner {
	stmt, err := s.stmt(ctx)
	if err != nil {
		return failedRow{err}
	}
	return stmt.QueryRowContext(ctx, args...)
}

// close ends the use of the statement.
func (s *statement) close() error {
	if stmt := s.prepared.Load(); stmt != nil {
		return stmt.Close()
	}
	return nil
}

// failedRow is the row of a query that could not be asked.
type failedRow struct{ err error }

func (r failedRow) Scan(...any) error { return r.err }

// view is a transaction of a reader: all that is read in it is of one state.
type view struct{ tx *sql.Tx }

// view begins one, for the statements that will be used in it. They are prepared
// before: preparing takes a connection, and readers that each have one and wait for
// another would wait for ever.
func (s *Store) view(ctx context.Context, all ...*statement) (view, error) {
	for _, one := range all {
		if _, err := one.stmt(ctx); err != nil {
			return view{}, err
		}
	}
	tx, err := s.pool.BeginTx(ctx, &sql.TxOptions{ReadOnly: true})
	return view{tx}, err
}

// end ends the view.
func (v view) end() { _ = v.tx.Rollback() } // nothing was written

// of returns a statement in the view.
func (v view) of(one *statement) inView { return inView{v.tx, one} }

// inView is a statement in a view.
type inView struct {
	tx   *sql.Tx
	stmt *statement
}

func (i inView) QueryContext(ctx context.Context, args ...any) (*sql.Rows, error) {
	stmt, err := i.stmt.stmt(ctx)
	if err != nil {
		return nil, err
	}
	return i.tx.StmtContext(ctx, stmt).QueryContext(ctx, args...)
}

func (i inView) QueryRowContext(ctx context.Context, args ...any) scanner {
	stmt, err := i.stmt.stmt(ctx)
	if err != nil {
		return failedRow{err}
	}
	return i.tx.StmtContext(ctx, stmt).QueryRowContext(ctx, args...)
}
