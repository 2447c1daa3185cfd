// The texts of the canvas for `manage.py makemessages -d djangojs`. No page loads this file, which
// `python -m tests.canvas_texts` writes.

// api/client.ts
gettext("The server cannot be reached. Nothing that you drew is lost.");
gettext("The server answered with the status %(status)s.");

// features/runs/AgentTalk.tsx
gettext("%(used)s of %(limit)s");
ngettext("%(count)s more call had no room in the record.", "%(count)s more calls had no room in the record.");
gettext("Agent");
gettext("The task");
gettext("under way");
gettext("refused,");
gettext("Asked");
gettext("Arguments of %(tool)s");
gettext("Answered");
gettext("Result of %(tool)s");

// features/runs/EventPreview.tsx
gettext("The event that the trigger gets");
gettext("Reading it…");
gettext("Event");

// features/runs/ExecutionPage.tsx
gettext("Loading the run…");
gettext("Times and values");
gettext("The graph that it ran is not on record, so here are its nodes in the order in which they ran.");

// features/runs/NodeRunList.tsx
gettext("No node has begun.");

// features/runs/NodeRunPanel.tsx
gettext("This run did not reach the node.");
gettext("The run has not reached the node yet.");
gettext("Input");
gettext("Output");
gettext("State");
gettext("Started");
gettext("So far");
gettext("Took");
gettext("Left by");

// features/runs/NodeState.tsx
gettext("Not reached");
gettext("Next");
gettext("Not yet");

// features/runs/PastRuns.tsx
gettext("Past runs");
gettext("Reading the runs…");
gettext("No runs yet.");
gettext("Show more");
gettext("Started by");
gettext("Version");
gettext("Show this run on the drawing");

// features/runs/RunControls.tsx
gettext("Run…");
gettext("Close");
gettext("%(state)s for %(time)s");
gettext("%(state)s in %(time)s");
gettext("%(state)s after %(time)s");
gettext("Cancelling…");
gettext("Cancel");

// features/runs/RunDialog.tsx
gettext("Run this workflow");
gettext("Nothing starts this workflow yet. Add a manual or a schedule trigger.");
gettext("There are unsaved changes. The saved version runs without them.");
gettext("This trigger is not saved yet, so the workflow has to be saved first.");
gettext("Your session has ended. Sign in again in another tab, then run.");
gettext("Run the saved version");
gettext("Save and run");
pgettext("verb", "Run");

// features/runs/RunDrawer.tsx
gettext("Run");
gettext("This run");
gettext("Open the run");
gettext("Close the drawer");
gettext("run of %(when)s, started by %(who)s");
gettext("A run of %(name)s: it is drawn when it begins.");
gettext("Reading the run…");

// features/runs/RunFacts.tsx
gettext("Choose a node to see its input and output.");
gettext("No node has run yet.");
gettext("not yet");

// features/runs/RunNotes.tsx
gettext("The server cannot be reached. What you see may be old; asking again by itself.");
gettext("Your session has ended. Sign in again in another tab, then reload this page.");
gettext("You may not view this run any more.");
gettext("This run was deleted.");
gettext("This run is of version %(drawn)s, which is drawn. The newest is version %(newest)s.");
gettext("This run is of version %(version)s; version %(newest)s is drawn.");
gettext("Queued: no worker has taken it yet. The bar at the top of the page says whether workers run.");

// features/runs/ScheduleField.tsx
gettext("Schedule");

// features/runs/StartChoices.tsx
gettext("Start at");

// features/runs/ThisRun.tsx
gettext("When each node ran");
gettext("No node has begun yet.");
gettext("Output so far");
gettext("Input of %(name)s");
gettext("Nothing");

// features/runs/agentRecord.ts
gettext("Requests");
gettext("Tool calls");
gettext("Tokens");

// features/runs/execution.ts
gettext("a schedule");
gettext("a webhook");
gettext("another workflow");
gettext("hand");
gettext("%(person)s, as a test");
gettext("%(time)s late");

// features/runs/follow.ts
gettext("Version %(wanted)s, which it ran, cannot be shown: %(message)s");

// features/runs/starts.ts
gettext("Starts at this manual trigger, with a payload.");
gettext("Test start at %(node)s");
gettext("Starts at this schedule trigger with a made-up event. No schedule records it.");
gettext("Run a schedule now");
gettext("An additional run, on the record of the schedule; its next run stays.");

// features/schedules/AddSchedule.tsx
gettext("Add a schedule");
gettext("Add schedule");
gettext("Preview");
gettext("No preview: see the problem.");
gettext("Its next runs appear here.");
gettext("Use %(timing)s");
gettext("Use %(timing)s in %(zone)s");

// features/schedules/PauseDialog.tsx
gettext("Pause %(name)s");
gettext("Pause");
gettext("Why?");
gettext("optional");
gettext("Shown to everyone. No runs start until someone resumes it. A run in progress finishes.");

// features/schedules/ResumeDialog.tsx
gettext("Resume %(name)s");
gettext("Resume");
gettext("Run none of them");
gettext("The schedule goes on with its next run.");
gettext("Run the latest");
gettext("One run makes up for all of them.");
gettext("Run them all");
gettext("Oldest first, one at a time, at most 100.");
ngettext("%(count)s run was missed while it was paused", "%(count)s runs were missed while it was paused");

// features/schedules/ScheduleFields.tsx
gettext("On a calendar");
gettext("At an interval");
gettext("Once");
gettext("Name");
gettext("Repeats");
gettext("Run at");
gettext("Five fields. Also names, lists, ranges, */n, L (last day), 15W (nearest weekday), 5#2 (second Friday) and @daily.");
gettext("Cron expression");
gettext("Counts elapsed time, so clock changes do not shift it. For “every day at 9:00” choose a calendar.");
gettext("Every");
gettext("Unit");
gettext("Time zone");

// features/schedules/SchedulePreview.tsx
gettext("No runs lie ahead.");
gettext("moved, since the clocks go forward");
gettext("the first of two, since the clocks go back");

// features/schedules/ScheduleSlip.tsx
gettext("Runs on request");
gettext("Due now");
gettext("The last run of %(name)s has not started.");
gettext("No runs yet");
gettext("Review");
gettext("Pause %(name)s…");
gettext("Run %(name)s now");

// features/schedules/TriggerSchedules.tsx
gettext("Schedules");
gettext("Add");
gettext("Save first: a schedule starts at a node that is saved.");
gettext("Save the workflow");
gettext("Reading the schedules…");
gettext("No schedule starts here yet.");
gettext("Others are in the list of schedules.");
gettext("%(hidden)s or more others are in the list of schedules.");
ngettext("%(count)s other is in the list of schedules.", "%(count)s others are in the list of schedules.");
gettext("Try again");

// features/schedules/bereft.ts
ngettext("You deleted %(where)s, where the schedule %(names)s starts. Once saved, it has nothing to start unless another trigger accepts it.", "You deleted %(where)s, where %(count)s schedules start: %(names)s. Once saved, they have nothing to start unless another trigger accepts them.");
gettext("Undo");
gettext("%(some)s and %(count)s more");

// features/schedules/draft.ts
gettext("Every hour");
gettext("Every day at 9:00");
gettext("Weekdays at 9:00");
gettext("Mondays at 9:00");
gettext("First of the month");
gettext("seconds");
gettext("minutes");
gettext("hours");
gettext("days");
gettext("every %(number)s %(unit)s");

// features/schedules/foot.ts
gettext("No schedule yet");
ngettext("%(count)s schedule", "%(count)s schedules");
gettext("on request");
gettext("paused");
gettext("next %(time)s");
gettext("next %(time)s %(day)s");

// features/schedules/store.ts
gettext("Your session has ended. Sign in again in another tab to see the schedules.");

// features/schedules/words.ts
gettext("Paused %(name)s. No runs start until someone resumes it.");
gettext("Resumed %(name)s.");
gettext("%(runs)s to make up for %(missed)s.");
ngettext("%(count)s run starts", "%(count)s runs start");
ngettext("%(count)s missed run", "%(count)s missed runs");
ngettext("%(count)s missed run was not caught up.", "%(count)s missed runs were not caught up.");
gettext("Added %(name)s.");
gettext("Next run %(time)s.");

// features/workflows/components/AddPopover.tsx
gettext("Add a tool");
gettext("Add a node");
gettext("Nothing that fits here.");

// features/workflows/components/Bench.tsx
gettext("not active");
gettext("You may look at this workflow, and not change it.");
gettext("View only");
gettext("A field is unfinished");
ngettext("%(count)s change not saved", "%(count)s changes not saved");
gettext("nothing drawn yet");
gettext("version %(version)s, saved %(time)s");
gettext("version %(version)s");

// features/workflows/components/BoardHint.tsx
gettext("Not saved: a connection has to be corrected");
gettext("Show");
ngettext("Not saved: %(count)s node has to be corrected", "Not saved: %(count)s nodes have to be corrected");

// features/workflows/components/CanvasEdge.tsx
gettext("Add a node here");

// features/workflows/components/CanvasNode.tsx
gettext("This site does not have this component.");

// features/workflows/components/ConnectDialog.tsx
gettext("Connect “%(node)s” to…");
gettext("There is no other node.");
gettext("Branch");
gettext("as a tool");
gettext("Disconnect");

// features/workflows/components/ConnectionLine.tsx
gettext("Can't connect. %(reason)s");

// features/workflows/components/Drawing.tsx
gettext("Map of the drawing");
gettext("Port");
gettext("Arrow keys follow edges. Enter opens the details.");
gettext("Drawing of the workflow");

// features/workflows/components/EditTools.tsx
gettext("Undo (Ctrl Z)");
gettext("Redo");
gettext("Redo (Ctrl Shift Z)");
gettext("Add a note");
gettext("Add a note (N)");
gettext("Tidy up");

// features/workflows/components/EmptyBoard.tsx
gettext("On a schedule");
gettext("every night, every 15 minutes, once");
gettext("When an address is called");
gettext("another system calls it");
gettext("By hand");
gettext("you press Run");
gettext("This workflow is empty");
gettext("How does it start?");
gettext("Every workflow begins with a trigger. Pick one here, or drag any node from the palette.");

// features/workflows/components/Keys.tsx
pgettext("key", "Enter");
pgettext("key", "Tab");
pgettext("key", "Alt");
pgettext("key", "Ctrl");
pgettext("key", "Del");
pgettext("key", "Shift");
gettext("Find a node");
gettext("Add the found node");
gettext("Go from node to node");
gettext("Follow an edge");
gettext("Open the details");
gettext("Connect to…");
gettext("Move");
gettext("Select all");
gettext("Copy");
gettext("Paste");
gettext("Duplicate");
gettext("Delete");
gettext("Save");
gettext("Keys");

// features/workflows/components/ListView.tsx
gettext("The workflow as a list");
gettext("Steps");
gettext("Show the drawing");
gettext("This workflow has no nodes yet.");
gettext("After %(node)s");
gettext("Tools of %(node)s");
gettext("switched off");
gettext("Select %(name)s");
gettext("Select");
gettext("Connect %(name)s to…");
gettext("Connect…");
gettext("Delete %(name)s");
gettext("leads to %(names)s");
gettext("Insert… before %(name)s");
gettext("Insert…");
gettext("Disconnect %(name)s");
gettext("%(port)s: leads nowhere yet");
gettext("Add a node after %(node)s (%(port)s)");
gettext("Add…");
gettext("Notes");
gettext("Empty note");

// features/workflows/components/NodeDetails.tsx
gettext("The drawing still works, and so does Save. Nothing that you drew is lost.");
gettext("It is not active: runs end here, and what only it leads to does not run.");
gettext("Details");
gettext("This node");
gettext("This site has no node type %(name)s. The workflow can be saved again once the node is deleted, or the type is installed.");
ngettext("%(count)s node is chosen. Choose one to see its settings.", "%(count)s nodes are chosen. Choose one to see its settings.");

// features/workflows/components/NodePalette.tsx
gettext("Palette");
gettext("No node is called “%(query)s”.");
gettext("steps or tools");
gettext("Functions of this site");
ngettext("%(count)s function", "%(count)s functions");

// features/workflows/components/NodePorts.tsx
gettext("Add a tool to %(node)s");
gettext("Add a node after %(node)s");

// features/workflows/components/NotePaper.tsx
gettext("Text of the note");
gettext("Write a note");

// features/workflows/components/OtherWays.tsx
gettext("or %(import)s, or look at %(agent)s");
gettext("import a file");
gettext("an agent that plans its own schedule");

// features/workflows/components/SaveControls.tsx
gettext("Save (Ctrl S)");
gettext("Saving…");
gettext("More ways to save");
gettext("Save with a note…");

// features/workflows/components/Studio.tsx
gettext("The workflow could not be read");

// features/workflows/components/StudioSkeleton.tsx
gettext("Loading the workflow…");

// features/workflows/components/WorkflowMenu.tsx
gettext("More");
gettext("Past runs on the drawing");
gettext("Versions");
gettext("Export with schedules (YAML)");
gettext("Export with schedules (JSON)");
gettext("Import…");
gettext("Show as a drawing");
gettext("Read as a list");
gettext("Name, description, active…");

// features/workflows/components/ZoomBar.tsx
gettext("Zoom out");
gettext("Zoom to 100 %");
gettext("Zoom in");
gettext("Fit to the window");

// features/workflows/components/details/AgentParts.tsx
gettext("Tools");
gettext("none");
gettext("Detach %(tool)s");
gettext("Scheduler");
gettext("Attach a tool of the scheduler:");
gettext("Time");
gettext("up to %(most)s s");
gettext("up to %(most)s");
gettext("Budget of a run");

// features/workflows/components/details/IdForm.tsx
gettext("Id");
gettext("Change");
gettext("Keep the id");
ngettext("Templates of one node name it and are changed as well.", "Templates of %(count)s nodes name it and are changed as well.");
gettext("No template names it.");
gettext("To the server it is a new node: schedules and a webhook address of the old one do not follow.");
gettext("Past runs keep the old id.");

// features/workflows/components/details/LastOutput.tsx
gettext("Output of the last run");
gettext("The last run did not reach this node.");

// features/workflows/components/details/LeadsTo.tsx
gettext("Leads to");
gettext("nothing yet");

// features/workflows/components/details/NodeMenu.tsx
gettext("More for this node");
gettext("Copy the id");
gettext("Change the id…");
gettext("Deactivate");
gettext("Activate");
gettext("Copied %(id)s.");
gettext("The browser does not let this page copy.");

// features/workflows/components/details/WebhookAddress.tsx
gettext("The server cannot be reached.");
gettext("Address");
gettext("Save the workflow first: then an address can be made for this node.");
gettext("Looking…");
gettext("No address yet: nothing can call this webhook.");
gettext("Make an address");
gettext("Made %(made)s. It was shown once then; if it is lost, renew it.");
gettext("Renew…");
gettext("Delete…");
gettext("Copy both now: they are not shown again.");
gettext("Signing key");
gettext("Copied the %(what)s.");
gettext("The browser does not let this page copy. Select the text instead.");
gettext("Copy the %(what)s");
gettext("Renew the address?");
gettext("Delete the address?");
gettext("Keep it");
gettext("Renew");
gettext("The present address and signing key stop working at once. Whoever calls it gets an error until they use the new ones.");
gettext("The present address and signing key stop working at once. Whoever calls it gets an error.");

// features/workflows/components/forms/BooleanField.tsx
gettext("Yes");
gettext("The model chooses");
gettext("Not set");
gettext("No");
gettext("From a template");
gettext("Template");

// features/workflows/components/forms/CandidateList.tsx
gettext("Values that this node knows");

// features/workflows/components/forms/CardsField.tsx
gettext("Item");
gettext("Move %(name)s up");
gettext("Move %(name)s down");
gettext("Remove %(name)s");

// features/workflows/components/forms/ChoiceField.tsx
gettext("ended");
gettext("%(value)s (default)");

// features/workflows/components/forms/FieldFrame.tsx
gettext("left to the model");
gettext("template");

// features/workflows/components/forms/FunctionField.tsx
gettext("This site has no function “%(value)s”.");
gettext("Choose a function");
gettext("This site has no functions");

// features/workflows/components/forms/JsonField.tsx
gettext("The last valid value is kept until it is mended.");

// features/workflows/components/forms/ListField.tsx
gettext("Add another");

// features/workflows/components/forms/NodeForm.tsx
ngettext("One field keeps this workflow from being saved.", "%(count)s fields keep this workflow from being saved.");
gettext("What is typed in a field is no value yet.");
gettext("Go to the first");
gettext("An agent has this node as a tool.");
gettext("Its model fills in what is empty here: %(fields)s.");
gettext("Every field is set here, so its model fills in none.");

// features/workflows/components/forms/PickField.tsx
gettext("Remove the workflow");
gettext("Find a workflow by name");
gettext("Each workflow that fits");
gettext("Remove the schedule");
gettext("Find a schedule by name");
gettext("Each schedule that fits");

// features/workflows/components/forms/RenderPreview.tsx
gettext("Hide it");
gettext("Show it with the last run");
gettext("There is no finished run yet to try it with.");
gettext("holds for the last run");
gettext("does not hold for the last run");
gettext("(an empty text)");

// features/workflows/components/forms/ScheduleChoice.tsx
gettext("Any schedule of this workflow");
gettext("One schedule");
gettext("By name pattern");
gettext("such as %(pattern)s");
gettext("Which schedules start it");

// features/workflows/components/forms/SchemaFields.tsx
gettext("What it is");
gettext("%(field)s is set now, and only one of them can be.");
gettext("Remove it");

// features/workflows/components/forms/SecretField.tsx
gettext("Set. Type to replace it.");
gettext("Remove the secret");

// features/workflows/components/forms/TableField.tsx
gettext("Name of the %(one)s");
gettext("Value of %(name)s");
gettext("This name is taken.");
gettext("Add an %(one)s");
gettext("Add a %(one)s");
gettext("Name of the new %(one)s");
gettext("Leave the new %(one)s");

// features/workflows/components/forms/TextField.tsx
gettext("Fill this in or remove it.");

// features/workflows/components/forms/effective.ts
gettext("Arguments");

// features/workflows/components/forms/texts.ts
gettext("A number, such as 20 or 0.5.");
gettext("A whole number, such as 20.");
gettext("Must be %(types)s.");
gettext("a JSON object: { … }");
gettext("a list: [ … ]");
gettext("a text");
gettext("a number");
gettext("a whole number");
gettext("true or false");
gettext("This is not valid JSON, in line %(line)s.");
gettext("This is not valid JSON: its end is missing.");
gettext("This is not valid JSON.");

// features/workflows/components/forms/useRendered.ts
gettext("The preview is not available.");

// features/workflows/exchange/ImportDialog.tsx
gettext("Import a workflow");
gettext("It becomes a new workflow of yours. Nothing is written before you have seen what it is.");
gettext("Importing…");
gettext("Import");

// features/workflows/exchange/ImportForm.tsx
gettext("Drop an exported workflow here, or choose a file");
gettext(".yaml, .yml or .json, up to 1 MiB");
gettext("File to import");
gettext("Nothing was imported.");
gettext("No schedules");
ngettext("%(count)s schedule, paused until you resume it", "%(count)s schedules, paused until you resume them");
gettext("To fill in: emptied when it was exported");

// features/workflows/exchange/NewWorkflow.tsx
gettext("Give the workflow a name first.");
gettext("New workflow");
gettext("A template brings its own name if you leave this empty.");
gettext("Begin with");
gettext("An empty drawing");
gettext("Pick a trigger, then draw.");
gettext("A file");
gettext("An exported workflow, YAML or JSON. You see what it makes first.");
gettext("The templates could not be read.");

// features/workflows/exchange/useImport.ts
gettext("Choose a file that ends in .yaml, .yml or .json.");
gettext("The file is larger than 1 MiB.");

// features/workflows/graph/clipboard.ts
gettext("The clipboard holds no nodes of a workflow.");
gettext("At most %(nodes)s nodes and %(notes)s notes can be pasted at once.");
gettext("A workflow has at most %(most)s nodes; with these it would have %(count)s.");
gettext("A workflow has at most %(most)s notes.");

// features/workflows/graph/completion.ts
gettext("not run yet");

// features/workflows/graph/connect.ts
gettext("One of the two nodes is gone.");
gettext("A node cannot be connected to itself.");
gettext("These two are connected already.");
gettext("A workflow has at most %(most)s connections.");
gettext("%(node)s does not take tools.");
gettext("%(node)s cannot be a tool.");
gettext("An agent has at most %(most)s tools.");
gettext("%(tool)s is a step already. A tool has no other connections.");
gettext("A trigger starts the workflow, so nothing can lead to it.");
gettext("%(node)s has no branch “%(port)s”.");
gettext("%(node)s is a tool of an agent, so no step follows it.");
gettext("%(node)s is a tool of an agent, so no step leads to it.");
gettext("This would create a loop through “%(node)s”.");

// features/workflows/graph/differences.ts
gettext("added");
gettext("removed");
gettext("now of the type %(type)s");
gettext("renamed from “%(name)s”");
gettext("turned on");
gettext("turned off");
gettext("%(title)s removed");
gettext("%(title)s changed");
gettext("%(source)s to %(target)s");
gettext("%(source)s to %(target)s (%(port)s)");
ngettext("%(count)s added", "%(count)s added");
ngettext("%(count)s removed", "%(count)s removed");

// features/workflows/graph/drawn.ts
gettext("Note: %(text)s");
gettext("empty");
gettext("Edge from %(source)s to %(target)s");

// features/workflows/graph/filters.ts
gettext("without its sign");
gettext("in groups of n");
gettext("first letter large");
gettext("if there is no value");
gettext("fields by name");
gettext("the first item");
gettext("as a number");
gettext("filled into a text");
gettext("in groups, by a field");
gettext("lines indented");
gettext("as a whole number");
gettext("names and values");
gettext("items as one text");
gettext("the last item");
gettext("how many");
gettext("as a list");
gettext("in small letters");
gettext("a field of each item");
gettext("the largest item");
gettext("the smallest item");
gettext("items that fail a test");
gettext("items by a field");
gettext("one text for another");
gettext("in reverse order");
gettext("rounded");
gettext("items that pass a test");
gettext("in n parts");
gettext("in order");
gettext("as text");
gettext("without markup");
gettext("all items added");
gettext("Each Word Large");
gettext("as JSON");
gettext("without spaces around it");
gettext("cut to a length");
gettext("each item once");
gettext("in large letters");
gettext("for use in an address");
gettext("how many words");

// features/workflows/graph/merge.ts
gettext("You both added a node “%(node)s”. Yours is now “%(id)s”.");
gettext("You deleted it, they changed it. It stays, as they changed it.");
gettext("You both changed it. Their version is kept.");
gettext("You changed it, they deleted it. It is gone.");
gettext("You deleted one of the two nodes.");
gettext("They deleted one of the two nodes.");

// features/workflows/graph/palette.ts
gettext("Triggers");
gettext("Agents");
gettext("Logic");
gettext("Actions");

// features/workflows/graph/rename.ts
gettext("Another node has the id “%(to)s”.");

// features/workflows/graph/summary.ts
gettext("%(type)s: not on this site");

// features/workflows/graph/tools.ts
gettext("The agent answers through a tool that is called %(name)s. Give this one another name.");
gettext("The agent has a tool that is called %(name)s already.");

// features/workflows/graph/words.ts
gettext("tool of %(names)s");
gettext("step %(step)s");
ngettext("has %(count)s tool", "has %(count)s tools");
gettext("%(port)s leads to %(names)s");
gettext("%(port)s leads nowhere yet");
gettext("Connected the tool %(source)s to %(target)s");
gettext("Connected %(source)s to %(target)s");
gettext("Disconnected the tool %(source)s from %(target)s");
gettext("Disconnected %(source)s from %(target)s");
ngettext("%(count)s note", "%(count)s notes");
gettext("nothing");
ngettext("%(count)s node", "%(count)s nodes");
ngettext("%(count)s connection", "%(count)s connections");

// features/workflows/saving/ConflictDialog.tsx
gettext("Someone else");
gettext("You saved this workflow in another window");
gettext("%(who)s saved this workflow while you were editing it");
gettext("Your changes are safe.");
gettext("Keep editing");
gettext("Keep mine");
gettext("Take theirs");
gettext("Merge and review");
gettext("Merge");
gettext("Merge and save");
gettext("Version %(version)s is newer.");
gettext("Version %(version)s was saved at %(time)s.");
gettext("Yours is based on version %(version)s.");
gettext("What each changed");
gettext("Node");
gettext("Yours");
gettext("Theirs");
gettext("as before");
gettext("You changed different things. Merging keeps both.");
ngettext("You both changed one node. Merging keeps theirs and flags it for review.", "You both changed %(count)s nodes. Merging keeps theirs and flags it for review.");
ngettext("One connection cannot be kept.", "%(count)s connections cannot be kept.");
gettext("changed connections");
gettext("Keeping yours overwrites %(lost)s. With theirs, yours is one undo away.");

// features/workflows/saving/DraftOffer.tsx
gettext("Unsaved changes");
gettext("You have unsaved changes from %(when)s, and %(others)s older.");
gettext("You have unsaved changes from %(when)s.");
gettext("Restore");
gettext("Discard");

// features/workflows/saving/FindingsList.tsx
gettext("Close the list");

// features/workflows/saving/GoneDialog.tsx
gettext("Workflow");
gettext("This workflow no longer exists");
gettext("Someone deleted it, or you may no longer view it. You can keep what you drew as a file and import it as a new workflow.");
gettext("Save as a file");

// features/workflows/saving/OrphansDialog.tsx
gettext("Schedules would have nothing to start");
gettext("They stay active, but none of their runs can start until the workflow is active and has a schedule trigger that accepts them.");
gettext("Save all the same");

// features/workflows/saving/SaveWithNote.tsx
gettext("Save with a note");
gettext("The list of versions shows it beside this save.");
gettext("What has changed?");

// features/workflows/saving/SignedOutDialog.tsx
gettext("You have been signed out");
gettext("Sign in in another tab, then try again. Nothing that you drew is lost.");
gettext("Sign in in another tab");

// features/workflows/saving/WorkflowSettings.tsx
gettext("Name, description, active");
gettext("Description");
gettext("Active: triggers start it");

// features/workflows/saving/conflict.ts
gettext("Connections");
gettext("The connection was left out: %(reason)s");

// features/workflows/saving/drafts.ts
gettext("This workflow is too large to be kept for a reload. Save before you leave the page.");

// features/workflows/saving/problems.ts
ngettext("%(count)s thing to fix", "%(count)s things to fix");
gettext("The workflow");

// features/workflows/saving/refusals.ts
gettext("You are not signed in yet.");
gettext("You are signed in as someone else. Sign in as %(user)s.");
gettext("Nothing was saved. %(message)s");

// features/workflows/saving/resolve.ts
ngettext("%(count)s thing to review", "%(count)s things to review");
gettext("Someone");

// features/workflows/saving/save.ts
gettext("Nothing to save.");
gettext("Saved as version %(graphVersion)s.");
gettext("Saved.");
gettext("The server cannot be reached. Your changes are kept here until it answers.");

// features/workflows/saving/unfinished.ts
ngettext("Not saved: %(count)s field is unfinished", "Not saved: %(count)s fields are unfinished");

// features/workflows/saving/workflow.ts
gettext("Someone changed it in the meantime; it is called “%(name)s” and is active now. Save again to overwrite that.");
gettext("Someone changed it in the meantime; it is called “%(name)s” and is not active now. Save again to overwrite that.");

// features/workflows/store/verbs.ts
gettext("A workflow has at most %(most)s nodes.");
gettext("Added %(name)s");
gettext("Deleted %(what)s");
gettext("Nothing to undo");
gettext("Undid the last change");
gettext("Nothing to redo");
gettext("Redid the change");
gettext("Selected %(what)s");
gettext("Copied %(what)s");
gettext("Pasted %(what)s");
gettext("Duplicated %(what)s");
gettext("Tidied up the drawing");
gettext("Added a note");

// features/workflows/store/view.ts
gettext("Read as a list.");
gettext("Shown as a drawing.");

// features/workflows/versions/VersionsPanel.tsx
gettext("Close the versions");
gettext("Nothing has been saved yet. Each save of the graph makes a version.");
gettext("Version %(number)s");
gettext("now");
gettext("unknown");
gettext("Look at it");
gettext(": version %(number)s");
gettext("Connections: %(edges)s");
gettext("Since then");
gettext("Nothing has changed but, at most, positions and notes.");
gettext("Old version");
gettext("You are looking at version %(shown)s of %(newest)s. It cannot be edited.");
gettext("You are looking at version %(shown)s. It cannot be edited.");
gettext("Back");

// features/workflows/versions/store.ts
gettext("Restored version %(number)s as version %(newest)s.");
gettext("Someone saved in the meantime. Restore the version again if you still want it.");

// main.tsx
gettext("Reload it. If you had unsaved changes, the page then offers to go on with them.");
gettext("This page");

// ui/ErrorBoundary.tsx
gettext("%(what)s cannot be shown");
gettext("For a report of the problem:");
gettext("Reload the page");

// ui/JsonTree.tsx
gettext("Show %(number)s more");
gettext("Show all %(number)s characters");

// ui/Messages.tsx
gettext("Close the message");

// ui/PayloadField.tsx
gettext("Payload");
gettext("A JSON object. Nodes read it as %(name)s.");

// ui/jsonText.ts
ngettext("%(count)s item", "%(count)s items");
ngettext("%(count)s field", "%(count)s fields");

// ui/payload.ts
gettext("This is no JSON: %(message)s");
gettext("The payload must be a JSON object, such as {\"invoice\": 4711}.");

// ui/states.ts
gettext("Queued");
gettext("Waiting");
gettext("Running");
gettext("Succeeded");
gettext("Failed");
gettext("Cancelled");
gettext("Skipped");
gettext("Missed");
gettext("Ended");
gettext("Needs approval");
gettext("Paused");
gettext("Overdue by %(time)s");
gettext("Failing, %(failures)s in a row");
gettext("Active");
gettext("by a person");
gettext("by an agent");
gettext("by the site");
gettext("proposed by an agent");
gettext("by itself: too many failures in a row");
gettext("by itself: its runs cannot succeed");
gettext("by itself: it could not be started");
gettext("completed");
gettext("its run was too late");
gettext("end date passed");
gettext("out of runs");
gettext("its trigger node was deleted");
gettext("by %(person)s");
ngettext("by itself: %(count)s failure", "by itself: %(count)s failures in a row");
gettext("previous run still going");
gettext("schedule was changed");
gettext("run limit reached");
gettext("later than the catch-up window");
gettext("not caught up");
gettext("schedule was deleted");
gettext("replaced by a newer run");

// ui/time.ts
gettext("%(number)s ms");
gettext("%(number)s s");
gettext("%(number)s min");
gettext("%(number)s h");
gettext("%(number)s d");
gettext("in %(time)s");
gettext("%(time)s ago");
gettext("today");
gettext("tomorrow");
gettext("yesterday");
gettext("%(day)s, %(time)s");

// the API
gettext("Starts the workflow when one of its schedules is due.");
gettext("Only this schedule starts here.");
gettext("Name pattern");
gettext("Only schedules whose name matches, for example nightly-*");
gettext("Webhook");
gettext("Starts the workflow when its URL is called.");
gettext("Signed requests only");
gettext("Refuse requests without a valid signature.");
gettext("Time tolerance");
gettext("The time in a signature may differ this much from the server's.");
gettext("Manual");
gettext("Starts the workflow when a person or a program runs it.");
gettext("Create a schedule");
gettext("Creates a schedule that runs a workflow, once or repeatedly.");
gettext("The name that people see. One line of plain text.");
gettext("What the schedule is for.");
gettext("The workflow to run. A schedule that calls a function has none: give call instead. Its id or its exact name, as returned by schedule_list.");
gettext("Call");
gettext("What to call instead of running a workflow: the dotted name of a function or a task, such as billing.tasks.remind, or the name of a management command.");
gettext("The arguments of the call, a JSON object. They are plain data: templates in them are not rendered.");
gettext("Type");
gettext("Follows from the timing field that is set. “manual”: the schedule has no times and runs only on request.");
gettext("Clock times, read in the time zone. Five fields: minute, hour, day of month, month, day of week. “0 9 * * mon-fri” means 09:00 on weekdays. Names, lists, ranges, */n, L, LW, 15W, 5#2 and @hourly, @daily, @weekly, @monthly are also accepted.");
gettext("Interval");
gettext("Elapsed time between two runs, in seconds. Clock changes do not affect it; for “daily at 09:00” use a cron expression.");
gettext("The time of the run, for a schedule that runs only once. ISO 8601, such as 2026-01-31T09:00:00+01:00; in the time zone if it has no offset.");
gettext("An IANA time zone such as Europe/Berlin. It applies to all times that are given without an offset. Default: the user's time zone.");
gettext("Start");
gettext("No run is due before this time. ISO 8601, such as 2026-01-31T09:00:00+01:00; in the time zone if it has no offset.");
gettext("End");
gettext("No run is due after this time; one at exactly this time still is. Default: the latest end allowed. ISO 8601, such as 2026-01-31T09:00:00+01:00; in the time zone if it has no offset.");
gettext("Overlap policy");
gettext("What to do with a run that is due while an earlier one is still open: skip it, queue it (one at most), allow both, or replace the earlier one.");
gettext("Maximum runs");
gettext("The schedule ends after this many runs. Default: no limit.");
gettext("A JSON object. The workflow receives it as trigger.payload.");
gettext("Status");
gettext("A paused schedule does not run until someone resumes it.");
gettext("Idempotency key");
gettext("A key that you choose. A retry with the same key returns the same schedule.");
gettext("Dry run");
gettext("Check the request and return the result without saving anything.");
gettext("Resume a schedule");
gettext("Resumes a paused schedule.");
gettext("The id of the schedule, as returned by schedule_list.");
gettext("Catch up");
gettext("latest: run the latest of the runs that were missed during the pause now; the others are recorded as skipped. Refused if the next run is too close.");
gettext("Note");
gettext("The reason, for people who read the history.");
gettext("List schedules");
gettext("Lists schedules and workflows.");
gettext("Name contains");
gettext("Text in the name; case-insensitive.");
gettext("The id or the exact name of the workflow, as returned by schedule_list.");
gettext("Created by");
gettext("Awaits approval");
gettext("Only proposals, or only schedules that are none.");
gettext("Workflows contain");
gettext("Text in the names of the workflows to return; case-insensitive.");
gettext("Limit");
gettext("Offset");
gettext("Pause a schedule");
gettext("Pauses a schedule until someone resumes it.");
gettext("Delete schedule");
gettext("Deletes a schedule for good. Its history stays.");
gettext("Gives a task to a language model, with tools.");
gettext("Task");
gettext("What the model has to do, in plain language.");
gettext("Instructions");
gettext("How the model has to work: role, rules, style.");
gettext("Model");
gettext("The provider's name for the model. Left empty: the site's (AGENT_MODEL). ostinato-demo is the same, but follows a script on a site without a provider.");
gettext("Answer schema");
gettext("A JSON Schema of an object that the answer has to be. Left empty: the answer is text.");
gettext("Maximum requests to the model");
gettext("At most what the site allows (AGENT_MAX_REQUESTS).");
gettext("Maximum tool calls");
gettext("At most what the site allows (AGENT_MAX_TOOL_CALLS).");
gettext("Maximum tokens");
gettext("At most what the site allows (AGENT_MAX_TOKENS).");
gettext("Maximum seconds");
gettext("At most what the site allows (AGENT_MAX_SECONDS).");
gettext("Switch");
gettext("Chooses a branch by the first condition that is true.");
gettext("Cases");
gettext("The first condition that is true decides.");
gettext("A name of letters, digits, hyphens and underscores.");
gettext("Condition");
gettext("For example: nodes.fetch.output.status == 200");
gettext("Otherwise");
gettext("The branch to take when no condition is true.");
gettext("Wait");
gettext("Waits, then continues.");
gettext("Wait for");
gettext("At most 300, unless the site sets WAIT_NODE_MAX_SECONDS.");
gettext("Run workflow");
gettext("Runs another workflow and waits for it to finish.");
gettext("One that has a manual trigger.");
gettext("A JSON object, or {{ trigger.payload }} to hand on what started this workflow.");
gettext("HTTP request");
gettext("Sends an HTTP request and returns the response.");
gettext("Method");
gettext("For example: https://example.com/orders?page=2");
gettext("Headers");
gettext("Sent with the request, such as Accept or X-Api-Key.");
gettext("Body");
gettext("Sent as it is. Fill in this or the JSON body, not both.");
gettext("JSON body");
gettext("Sent as application/json.");
gettext("Time limit");
gettext("Covers the whole request, redirects included.");
gettext("Expected status");
gettext("The node fails on any other status. Left empty, it fails on 400 and above.");
gettext("Tool name");
gettext("The name that an agent sees if this node is its tool.");
gettext("Tool description");
gettext("The description that an agent sees if this node is its tool.");
gettext("Send email");
gettext("Sends a plain-text email.");
gettext("To");
gettext("One address in each line, such as ada@example.com.");
gettext("Reply to");
gettext("Where replies go. Left empty: to the sender.");
gettext("Subject");
gettext("One line.");
gettext("Text");
gettext("For example: Hello {{ trigger.payload.name }}");
gettext("Builds a text or a JSON value from the trigger and earlier nodes.");
gettext("JSON value");
gettext("Any JSON. A text in it that is one {{ expression }} and nothing else keeps the type of its value.");
gettext("Call a function");
gettext("Calls a Python function or a task of this site.");
gettext("Function");
gettext("The dotted name of a function or a task, such as billing.tasks.remind.");
gettext("A JSON object, or {{ trigger.payload }} to pass on what started this workflow. A text that is one {{ expression }} and nothing else keeps the type of its value, such as a number.");
gettext("Runs on");
gettext("A task can also run on its own backend. Then it must be the last node, and a schedule must start the workflow.");
gettext("Run a command");
gettext("Runs a management command of this site.");
gettext("Command");
gettext("Its name, such as clearsessions. The site lists those that may be run.");
gettext("Uptime check");
gettext("Calls an address every five minutes and sends an email if it does not answer with status 200.");
gettext("Fetch, transform, post");
gettext("Fetches data, puts it into another shape and posts it.");
gettext("Nightly report");
gettext("Lists your schedules every night and writes a report about them.");
gettext("Agent that plans its own schedule");
gettext("An agent looks at your schedules and plans a weekly review of this workflow.");
gettext("Webhook to function");
gettext("Hands what a webhook receives to a Python function of this site, and makes a sentence of the result.");
