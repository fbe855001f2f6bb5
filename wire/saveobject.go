package wire

// AppendSaveObject appends the content of an object as [SaveObject.Raw] keeps it.
func AppendSaveObject(dst []byte, o *SaveObject) []byte { return o.appendTo(dst) }
