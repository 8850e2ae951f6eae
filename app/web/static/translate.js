// A translation beside its source, kept as on the desk. Without this the form is sent by its button.
import {keep} from "/static/desk-keep.js";

keep(document.getElementById("room"), document.getElementById("desk"));
