package sqlite

import (
	"encoding/hex"

	"plausch"
	"plausch/internal/store"
)

// target is a message that another event changes or answers.
type target struct {
	author  plausch.AccountID // 0 if there is no such message
	deleted bool
}

// target returns the message seq of a room.
func (b *batch) target(room plausch.RoomID, seq int64) (t target, err error) {
	if seq < 1 || seq > maxSeq {
		return target{}, nil
	}
	var kind int64
	err = b.w.target.QueryRowContext(b.ctx, eventID(room, seq)).Scan(&kind, &t.author)
	switch {
	case isNone(err):
		return target{}, nil
	case err != nil:
		return target{}, err
	case kind&kindMask != codeMessage:
		return target{}, nil
	}
	t.deleted = kind&deletedBit != 0
	return t, nil
}

// checkTarget returns why a draft cannot have its target, if so.
func (b *batch) checkTarget(d *store.Draft) (failure, err error) {
	if d.Target == 0 {
		return nil, nil
	}
	t, err := b.target(d.Room, d.Target)
	switch {
	case err != nil:
		return nil, err
	case t.author == 0:
		return plausch.Errorf(plausch.NotFound, "there is no message %d in this room", d.Target), nil
	case t.deleted && d.Kind.Targeted():
		return plausch.Errorf(plausch.NotFound, "the message %d was deleted", d.Target), nil
	case d.Kind != plausch.EventReact:
		return nil, nil
	}
	id := eventID(d.Room, d.Target)
	var known bool
	if err := b.w.hasEmoji.QueryRowContext(b.ctx, id, d.Text).Scan(&known); known || err != nil {
		return nil, err
	}
	var emojis int
	if err := b.w.countEmojis.QueryRowContext(b.ctx, id).Scan(&emojis); err != nil {
		return nil, err
	}
	if emojis >= plausch.MaxReactions {
		return plausch.Errorf(plausch.Invalid, "a message can have %d different reactions; choose one of those it has", plausch.MaxReactions), nil
	}
	return nil, nil
}

// targetUnchanged reports whether all is already as d would make it.
func (b *batch) targetUnchanged(d *store.Draft) (unchanged bool, err error) {
	id := eventID(d.Room, d.Target)
	switch d.Kind {
	case plausch.EventDelete:
		t, err := b.target(d.Room, d.Target)
		return t.deleted, err
	case plausch.EventReact, plausch.EventUnreact:
		var has bool
		err := b.w.hasReaction.QueryRowContext(b.ctx, id, d.Text, d.Actor.ID).Scan(&has)
		if err != nil || d.Kind == plausch.EventReact || has {
			return has == (d.Kind == plausch.EventReact), err
		}
		t, err := b.target(d.Room, d.Target)
		return t.author != 0 && !t.deleted, err
	case plausch.EventPin, plausch.EventUnpin:
		var pinned bool
		err := b.w.isPinned.QueryRowContext(b.ctx, id).Scan(&pinned)
		if err != nil || d.Kind == plausch.EventPin || pinned {
			return pinned == (d.Kind == plausch.EventPin), err
		}
		t, err := b.target(d.Room, d.Target)
		return t.author != 0 && !t.deleted, err
	case plausch.EventRole:
		role, err := b.role(d.Room, d.Member.ID)
		if err != nil {
			return false, err
		}
		code, err := roomRoles.of(d.Details.Role)
		return role == 0 || role == code, err
	case plausch.EventRoom:
		return b.roomUnchanged(d)
	}
	return false, nil
}

// apply does what an event with a target or details does beside being in the log.
func (b *batch) apply(e *plausch.Event) error {
	id := eventID(e.Room, e.Target)
	switch e.Kind {
	case plausch.EventEdit:
		if err := b.changeInIndex(e); err != nil {
			return err
		}
		if _, err := b.w.editMessage.ExecContext(b.ctx, id, e.Seq); err != nil {
			return err
		}
		if _, err := b.w.deleteMentions.ExecContext(b.ctx, id); err != nil {
			return err
		}
		if err := b.addMentions(id, e.Details); err != nil {
			return err
		}
	case plausch.EventDelete:
		if err := b.empty(id); err != nil {
			return err
		}
		_, err := b.w.deleteMessage.ExecContext(b.ctx, id, e.Seq)
		return err
	case plausch.EventReact:
		if _, err := b.w.insertReaction.ExecContext(b.ctx, id, e.Text, e.Seq, e.Actor.ID); err != nil {
			return err
		}
	case plausch.EventUnreact:
		_, err := b.w.deleteReaction.ExecContext(b.ctx, id, e.Text, e.Actor.ID)
		return err
	case plausch.EventPin:
		if _, err := b.w.pinMessage.ExecContext(b.ctx, id, e.Seq); err != nil {
			return err
		}
	case plausch.EventUnpin:
		_, err := b.w.unpinMessage.ExecContext(b.ctx, id)
		return err
	case plausch.EventRole:
		return b.changeRole(e)
	case plausch.EventRoom:
		return b.changeRoom(e)
	default:
		return nil
	}
	_, err := b.w.setBits.ExecContext(b.ctx, changedBit, id)
	return err
}

// empty takes from a message all that could be read of it.
func (b *batch) empty(id int64) error {
	if err := b.takeFromIndex(id); err != nil {
		return err
	}
	if _, err := b.w.emptyMessage.ExecContext(b.ctx, id, deletedBit|changedBit, attachedBit|detailedBit); err != nil {
		return err
	}
	return execEach(b.ctx, id, b.w.emptyEdits, b.w.emptyEditDetails, b.w.deleteDetails, b.w.deleteMentions,
		b.w.deleteReactions, b.w.deletePersonal, b.w.deleteReminders, b.w.giveBackFilesOf, b.w.deleteFilesOf)
}

// roomUnchanged reports whether a room is already as d would make it.
func (b *batch) roomUnchanged(d *store.Draft) (bool, error) {
	room, err := scanRoom(b.w.room.QueryRowContext(b.ctx, d.Room))
	if isNone(err) { // which the draft fails by
		return false, nil
	}
	return d.Details.Room.In(room.RoomSettings), err
}

func (b *batch) changeRole(e *plausch.Event) error {
	role, err := roomRoles.of(e.Details.Role)
	if err != nil {
		return err
	}
	b.members[membership{e.Room, e.Member.ID}] = role
	_, err = b.w.setRole.ExecContext(b.ctx, role, e.Member.ID, e.Room)
	return err
}

func (b *batch) changeRoom(e *plausch.Event) error {
	delete(b.rooms, e.Room)
	c := e.Details.Room
	var picture, write, retention any // null leaves the column
	if c.Picture != nil {
		hash, err := hex.DecodeString(*c.Picture)
		if err != nil {
			return err
		}
		picture = hash
	}
	if c.Writers != nil {
		code, err := writers.of(*c.Writers)
		if err != nil {
			return err
		}
		write = code
	}
	if c.Retention != nil {
		retention = c.Retention.Milliseconds()
	}
	_, err := b.w.updateRoom.ExecContext(b.ctx, c.Topic, c.Description, picture, write, retention, c.Archived, e.Room)
	return err
}
