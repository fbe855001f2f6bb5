package replay

// RecordedSettings are those of the server that was recorded, as far as they show in its answers.
const RecordedSettings = "disabled_features =\ncreateuser_script =\n"
