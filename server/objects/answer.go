package objects

import (
	"context"

	"zarafa/mapi"
	"zarafa/server/change"
	"zarafa/storage"
	"zarafa/wire"
)

// answerNew answers the save of a new message.
func (sv *saver) answerNew(ctx context.Context, ch *change.Change, saved *change.Saved) error {
	o := saved.Object
	folder, err := ch.Folder(ctx, o.Parent)
	if err != nil {
		return err
	}
	sv.result = sv.answerNode(sv.req.SaveObj, saved)
	answer(&sv.result,
		mapi.Binary(mapi.PrParentSourceKey, folder.SourceKey), mapi.Binary(mapi.PrSourceKey, o.SourceKey),
		prop(o, mapi.PrLastModificationTime), prop(o, mapi.PrCreationTime), mapi.Binary(mapi.PrRecordKey, o.EntryID),
		prop(o, mapi.PrChangeKey), prop(o, mapi.PrPredecessorChangeList))
	sv.tellNumber(o)
	return nil
}

// tellNumber adds IMAP id and modification number to the answer, if a gateway asks for them.
func (sv *saver) tellNumber(o *storage.Object) {
	if sv.req.Flags&mapi.SaveTellNumber == 0 || !sv.call.Session.Has(mapi.CapGateway) || o.Type != mapi.TypeMessage {
		return
	}
	answer(&sv.result, append(sv.result.ModProps, prop(o, mapi.PrECIMAPID),
		mapi.Long(mapi.PrModificationNumber, mapi.ModificationNumber(sv.svc.store.ServerGUID(), o.Props)))...)
}

// answerUpdate answers the save of a store, folder or message that existed.
func (sv *saver) answerUpdate(ctx context.Context, ch *change.Change, saved *change.Saved) error {
	o := saved.Object
	sv.result = sv.answerNode(sv.req.SaveObj, saved)
	if o.Type == mapi.TypeStore {
		return nil
	}
	parent, err := ch.Folder(ctx, o.Parent)
	if err != nil {
		return err
	}
	props := []mapi.PropValue{mapi.Binary(mapi.PrRecordKey, o.EntryID)}
	if len(parent.SourceKey) > 0 {
		props = append(props, mapi.Binary(mapi.PrParentSourceKey, parent.SourceKey))
	}
	props = append(props, mapi.Binary(mapi.PrSourceKey, o.SourceKey), modified(saved))
	if o.Type == mapi.TypeMessage || o.FolderKind() == mapi.FolderGeneric {
		props = append(props, prop(o, mapi.PrChangeKey), prop(o, mapi.PrPredecessorChangeList))
	}
	answer(&sv.result, props...)
	sv.tellNumber(o)
	return nil
}

// answerNode answers what became of a node of the request and of those in it: their ids, those of the large values that were saved with them, and
// their times.
func (sv *saver) answerNode(n *wire.SaveObject, saved *change.Saved) wire.SaveObject {
	o := saved.Object
	if o == nil {
		return wire.SaveObject{Delete: n.Delete, ClientID: n.ClientID, ServerID: n.ServerID, ObjType: n.ObjType}
	}
	out := wire.SaveObject{ClientID: n.ClientID, ServerID: o.ID, ObjType: n.ObjType}
	for _, lob := range saved.Blobs {
		id := mapi.InstanceID{PropID: lob.Tag.ID(), Instance: lob.Instance, Server: sv.svc.store.ServerGUID()}
		out.InstanceIDs = append(out.InstanceIDs, id.Encode())
	}
	if len(n.Items) > 0 {
		out.Items = make([]wire.SaveObject, len(n.Items))
	}
	for i := range n.Items {
		out.Items[i] = sv.answerNode(&n.Items[i], &saved.Parts[i])
	}
	if saved.New {
		answer(&out, prop(o, mapi.PrLastModificationTime), prop(o, mapi.PrCreationTime))
	} else {
		answer(&out, modified(saved))
	}
	return out
}

// modified is an object's modification time, if the client said something of the object itself.
func modified(saved *change.Saved) mapi.PropValue {
	if !saved.Said {
		return mapi.PropValue{Tag: mapi.PrLastModificationTime}
	}
	return prop(saved.Object, mapi.PrLastModificationTime)
}

// prop is an object's property, or a zero value of the same type.
func prop(o *storage.Object, tag mapi.PropTag) mapi.PropValue {
	if v, ok := o.Props.Get(tag); ok {
		return v
	}
	return mapi.PropValue{Tag: tag}
}

// answer puts properties into a node of the response. They are copied: the request they may come from is
// gone when the response is sent.
func answer(out *wire.SaveObject, props ...mapi.PropValue) {
	out.ModProps = mapi.CloneProps(props)
	out.DelProps = make([]mapi.PropTag, len(props))
	for i := range props {
		out.DelProps[i] = props[i].Tag
	}
}
