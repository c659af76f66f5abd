import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.BufferedReader;
import java.io.ByteArrayInputStream;
import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.InputStreamReader;
import java.io.OutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TimeZone;
import org.javarosa.core.model.Constants;
import org.javarosa.core.model.FormDef;
import org.javarosa.core.model.FormIndex;
import org.javarosa.core.model.GroupDef;
import org.javarosa.core.model.SelectChoice;
import org.javarosa.core.model.data.IAnswerData;
import org.javarosa.core.model.data.MultipleItemsData;
import org.javarosa.core.model.data.SelectOneData;
import org.javarosa.core.model.data.UncastData;
import org.javarosa.core.model.data.helper.AnswerDataUtil;
import org.javarosa.core.model.data.helper.Selection;
import org.javarosa.core.model.instance.FormInstance;
import org.javarosa.core.model.instance.InstanceInitializationFactory;
import org.javarosa.core.model.instance.TreeElement;
import org.javarosa.core.model.instance.TreeReference;
import org.javarosa.form.api.FormEntryController;
import org.javarosa.form.api.FormEntryModel;
import org.javarosa.form.api.FormEntryPrompt;
import org.javarosa.model.xform.XFormsModule;
import org.javarosa.xform.util.XFormAnswerDataParser;
import org.javarosa.xform.util.XFormAnswerDataSerializer;
import org.javarosa.xform.util.XFormUtils;
import org.joda.time.DateTimeZone;

/**
 * Runs forms in JavaRosa, the engine of phones, for comparison with our own.
 *
 * Each line of the standard input is one JSON object with `xml`, the text of an XForm, perhaps `zone`, and one of
 *   `operations`: a list of ["set", ref, text], ["add", ref of a repeat], ["remove", ref of an item] and
 *       ["language", name], ["reopen"] (as if saved and opened again); the answer is {"steps": [...]}, the first step after loading and one for each operation;
 *   `answers`: a list of [ref, text] to be timed; the answer is {"load_ms": [...], "answer_ms": [...]}.
 * A reference names items of repeats by their place: /data/building[2]/area. Each answer is one line.
 */
public final class JavaRosaDriver {
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final int WALKS_MAX = 200;
    private static final int EVENTS_MAX = 20_000;

    private FormDef form;
    private FormEntryModel model;
    private FormEntryController controller;
    private final Map<String, FormIndex> questions = new HashMap<>();
    private final Map<String, FormIndex> items = new HashMap<>();
    private final Map<String, FormIndex> prompts = new HashMap<>();
    private final Map<String, FormIndex> groups = new HashMap<>();
    private FormIndex surplus;

    public static void main(String[] arguments) throws Exception {
        PrintStream answers = new PrintStream(new FileOutputStream(FileDescriptor.out), false, "UTF-8");
        System.setOut(new PrintStream(OutputStream.nullOutputStream()));
        new XFormsModule().registerModule();
        BufferedReader requests = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
        for (String line = requests.readLine(); line != null; line = requests.readLine()) {
            JsonNode request = JSON.readTree(line);
            String zone = request.path("zone").asText("+08:00");
            TimeZone.setDefault(TimeZone.getTimeZone("GMT" + zone));
            DateTimeZone.setDefault(DateTimeZone.forID(zone));
            ObjectNode answer = request.has("answers") ? timed(request) : new JavaRosaDriver().run(request);
            answers.println(JSON.writeValueAsString(answer));
            answers.flush();
        }
    }

    private void load(String xml) throws Exception {
        form = XFormUtils.getFormFromInputStream(new ByteArrayInputStream(xml.getBytes(StandardCharsets.UTF_8)));
        model = new FormEntryModel(form);
        controller = new FormEntryController(model);
        form.initialize(true, new InstanceInitializationFactory());
    }

    private ObjectNode run(JsonNode request) {
        ObjectNode answer = JSON.createObjectNode();
        ArrayNode steps = answer.putArray("steps");
        try {
            load(request.get("xml").asText());
            walk();
            steps.add(state(true));
        } catch (Throwable fault) {
            answer.put("error", describe(fault));
            return answer;
        }
        for (JsonNode operation : request.get("operations")) {
            try {
                boolean done = perform(operation);
                walk();
                steps.add(state(done));
            } catch (Throwable fault) {
                steps.addObject().put("error", describe(fault));
                break;
            }
        }
        return answer;
    }

    private static String describe(Throwable fault) {
        Throwable cause = fault;
        while (cause.getCause() != null && cause.getCause() != cause) {
            cause = cause.getCause();
        }
        return cause.getClass().getSimpleName() + ": " + cause.getMessage();
    }

    /**
     * Visit the whole form as a person leafing through it: this is when JavaRosa makes the items a count asks for. It
     * leaves items that are more than a smaller count asks for; they are taken away here, as our engine does.
     */
    private void walk() {
        int before = -1;
        for (int walks = 0; walks < WALKS_MAX; walks++) {
            int events = walkOnce();
            if (surplus != null) {
                controller.deleteRepeat(surplus);
            } else if (events == before) {
                return;
            }
            before = events;
        }
        throw new IllegalStateException("the number of items does not settle");
    }

    private int walkOnce() {
        questions.clear();
        items.clear();
        prompts.clear();
        groups.clear();
        surplus = null;
        int events = 0;
        controller.jumpToIndex(FormIndex.createBeginningOfFormIndex());
        for (int event = controller.stepToNextEvent();
                event != FormEntryController.EVENT_END_OF_FORM;
                event = controller.stepToNextEvent()) {
            note(event, model.getFormIndex());
            if (++events > EVENTS_MAX) {
                throw new IllegalStateException("the form has no end");
            }
        }
        return events;
    }

    private void note(int event, FormIndex index) {
        String ref = key(form.getChildInstanceRef(index));
        switch (event) {
            case FormEntryController.EVENT_QUESTION:
                questions.put(ref, index);
                break;
            case FormEntryController.EVENT_REPEAT:
                items.put(ref, index);
                if (isSurplus(index)) {
                    surplus = index;
                }
                break;
            case FormEntryController.EVENT_PROMPT_NEW_REPEAT:
                prompts.put(ref.substring(0, ref.lastIndexOf('[')), index);
                break;
            case FormEntryController.EVENT_GROUP:
                groups.put(ref, index);
                break;
            default:
                throw new IllegalStateException("event " + event + " at " + ref);
        }
    }

    private boolean isSurplus(FormIndex index) {
        GroupDef repeat = (GroupDef) form.getChild(index);
        if (repeat.getCountReference() == null) {
            return false;
        }
        TreeReference count = FormInstance.unpackReference(repeat.getCountReference());
        TreeElement node = form.getMainInstance().resolveReference(count.contextualize(index.getReference()));
        return node != null && node.getValue() != null
            && index.getElementMultiplicity() >= Math.max(0, AnswerDataUtil.answerDataToInt(node.getValue()));
    }

    /** A place in the instance; only steps that are items of a repeat carry a number. */
    private String key(TreeReference ref) {
        StringBuilder text = new StringBuilder();
        TreeReference generic = ref.genericize();
        for (int step = 0; step < ref.size(); step++) {
            text.append('/').append(ref.getName(step));
            if (isRepeat(generic.getSubReference(step))) {
                text.append('[').append(ref.getMultiplicity(step) + 1).append(']');
            }
        }
        return text.toString();
    }

    private boolean isRepeat(TreeReference generic) {
        return form.getMainInstance().getTemplate(generic) != null;
    }

    private boolean perform(JsonNode operation) throws Exception {
        String ref = operation.path(1).asText();
        switch (operation.get(0).asText()) {
            case "set":
                return set(ref, operation.get(2).asText());
            case "add":
                FormIndex prompt = prompts.get(ref);
                if (prompt == null) {
                    return false;
                }
                controller.newRepeat(prompt);
                return true;
            case "remove":
                FormIndex item = items.get(ref);
                if (item == null) {
                    return false;
                }
                controller.deleteRepeat(item);
                return true;
            case "language":
                controller.setLanguage(ref);
                return true;
            case "reopen":
                form.initialize(false, new InstanceInitializationFactory());
                return true;
            default:
                throw new IllegalArgumentException(operation.toString());
        }
    }

    private boolean set(String ref, String text) {
        FormIndex index = questions.get(ref);
        if (index == null || model.isIndexReadonly(index)) {
            return false;
        }
        IAnswerData data = text.isEmpty() ? null : answer(model.getQuestionPrompt(index), text);
        if (data == null && !text.isEmpty()) {
            return false;
        }
        controller.saveAnswer(index, data, true);
        return true;
    }

    /** The answer a person gives by choosing or typing; null where the control would not take it. */
    private static IAnswerData answer(FormEntryPrompt prompt, String text) {
        if (prompt.getSelectChoices() == null) {
            IAnswerData data = XFormAnswerDataParser.getAnswerData(text, prompt.getDataType(), prompt.getQuestion());
            return data instanceof UncastData ? null : data;
        }
        List<Selection> chosen = new ArrayList<>();
        for (String value : text.split(" ")) {
            prompt.getSelectChoices().stream().filter(choice -> choice.getValue().equals(value)).findFirst()
                .ifPresent(choice -> chosen.add(choice.selection()));
        }
        if (chosen.size() != text.split(" ").length) {
            return null;
        }
        boolean one = prompt.getControlType() == Constants.CONTROL_SELECT_ONE;
        return one ? new SelectOneData(chosen.get(0)) : new MultipleItemsData(chosen);
    }

    private ObjectNode state(boolean done) {
        ObjectNode step = JSON.createObjectNode();
        step.put("done", done);
        ObjectNode nodes = step.putObject("nodes");
        for (TreeElement child : children(form.getMainInstance().getRoot())) {
            describe(child, nodes);
        }
        ArrayNode open = step.putArray("open");
        prompts.keySet().stream().sorted().forEach(open::add);
        return step;
    }

    private static List<TreeElement> children(TreeElement element) {
        List<TreeElement> found = new ArrayList<>();
        for (int number = 0; number < element.getNumChildren(); number++) {
            TreeElement child = element.getChildAt(number);
            if (child.getMult() != TreeReference.INDEX_TEMPLATE) {
                found.add(child);
            }
        }
        return found;
    }

    private void describe(TreeElement element, ObjectNode nodes) {
        String ref = key(element.getRef());
        ObjectNode node = nodes.putObject(ref);
        node.put("relevant", element.isRelevant());
        node.put("readonly", !element.isEnabled());
        node.put("required", element.isRequired());
        List<TreeElement> below = children(element);
        if (below.isEmpty() && !element.hasChildren()) {
            node.put("value", lexical(element.getValue(), element.getDataType()));
            node.put("kept", form.evaluateConstraint(element.getRef(), element.getValue()));
        }
        FormIndex question = questions.get(ref);
        if (question != null) {
            show(model.getQuestionPrompt(question), node);
        }
        FormIndex group = groups.getOrDefault(ref, items.get(ref));
        if (group != null) {
            node.put("label", model.getCaptionPrompt(group).getQuestionText());
        }
        for (TreeElement child : below) {
            describe(child, nodes);
        }
    }

    private static void show(FormEntryPrompt prompt, ObjectNode node) {
        node.put("label", prompt.getQuestionText());
        node.put("hint", prompt.getHelpText());
        if (prompt.getConstraintText() != null) {
            node.put("message", prompt.getConstraintText());
        }
        List<SelectChoice> choices = prompt.getSelectChoices();
        if (choices != null) {
            ArrayNode list = node.putArray("choices");
            for (SelectChoice choice : choices) {
                list.addArray().add(choice.getValue()).add(prompt.getSelectChoiceText(choice));
            }
        }
    }

    private static String lexical(IAnswerData value, int type) {
        return value == null ? "" : String.valueOf(new XFormAnswerDataSerializer().serializeAnswerData(value, type));
    }

    private static ObjectNode timed(JsonNode request) throws Exception {
        ObjectNode answer = JSON.createObjectNode();
        ArrayNode loads = answer.putArray("load_ms");
        JavaRosaDriver driver = new JavaRosaDriver();
        for (int load = 0; load < request.path("loads").asInt(1); load++) {
            long start = System.nanoTime();
            driver.load(request.get("xml").asText());
            loads.add((System.nanoTime() - start) / 1e6);
        }
        driver.walk();
        ArrayNode spent = answer.putArray("answer_ms");
        for (JsonNode given : request.get("answers")) {
            FormIndex index = driver.questions.get(given.get(0).asText());
            FormEntryPrompt prompt = driver.model.getQuestionPrompt(index);
            IAnswerData data = answer(prompt, given.get(1).asText());
            long start = System.nanoTime();
            driver.controller.answerQuestion(index, data, true);
            spent.add((System.nanoTime() - start) / 1e6);
        }
        return answer;
    }
}
