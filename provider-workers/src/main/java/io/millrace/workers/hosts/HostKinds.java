package io.millrace.workers.hosts;

import static io.millrace.workers.Feature.AUDIO;
import static io.millrace.workers.Feature.AUDIO_OUTPUT;
import static io.millrace.workers.Feature.CHOICES;
import static io.millrace.workers.Feature.DIMENSIONS;
import static io.millrace.workers.Feature.EMBEDDINGS;
import static io.millrace.workers.Feature.FILES;
import static io.millrace.workers.Feature.IMAGES;
import static io.millrace.workers.Feature.JSON_OBJECT;
import static io.millrace.workers.Feature.JSON_SCHEMA;
import static io.millrace.workers.Feature.LOGIT_BIAS;
import static io.millrace.workers.Feature.LOGPROBS;
import static io.millrace.workers.Feature.MODERATIONS;
import static io.millrace.workers.Feature.PARALLEL_TOOL_CALLS;
import static io.millrace.workers.Feature.PENALTIES;
import static io.millrace.workers.Feature.PREDICTION;
import static io.millrace.workers.Feature.PROMPT_CACHE;
import static io.millrace.workers.Feature.REASONING_EFFORT;
import static io.millrace.workers.Feature.RESPONSES;
import static io.millrace.workers.Feature.SEED;
import static io.millrace.workers.Feature.SERVICE_TIER;
import static io.millrace.workers.Feature.STOP;
import static io.millrace.workers.Feature.STORED;
import static io.millrace.workers.Feature.TOOLS;
import static io.millrace.workers.Feature.TOOL_CHOICE;
import static io.millrace.workers.Feature.USER;
import static io.millrace.workers.Feature.VERBOSITY;
import static io.millrace.workers.Feature.WEB_SEARCH;
import static io.millrace.workers.Support.BY_MODEL;
import static io.millrace.workers.Support.EMULATED;
import static io.millrace.workers.Support.NO;
import static io.millrace.workers.Support.YES;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.millrace.schemas.Verdict;
import io.millrace.workers.Capabilities;
import io.millrace.workers.ProviderKind;
import io.millrace.workers.ProviderKinds;
import io.millrace.workers.canonical.ParameterCheck;
import io.millrace.workers.openai.AnswerQuirks;
import io.millrace.workers.openai.Host;
import io.millrace.workers.openai.LimitHeaders;
import java.util.List;

/** The hosts whose differences fit into a value. */
public final class HostKinds implements ProviderKinds {

  /** What no host but OpenAI does as OpenAI does. */
  private static final Capabilities USUAL =
      Capabilities.all()
          .with(
              NO,
              AUDIO,
              FILES,
              VERBOSITY,
              SERVICE_TIER,
              PREDICTION,
              WEB_SEARCH,
              AUDIO_OUTPUT,
              PROMPT_CACHE,
              STORED,
              MODERATIONS)
          .with(EMULATED, RESPONSES)
          .with(BY_MODEL, IMAGES, REASONING_EFFORT);

  private static final double LEAST_TEMPERATURE = 1e-8;

  @Override
  public List<ProviderKind> all() {
    return List.of(groq(), together(), huggingface(), perplexity(), vllm(), deepseek(), xai())
        .stream()
        .map(Host::asKind)
        .toList();
  }

  /** Counts requests by the day, answers 400 to several fields, and has no embeddings. */
  private static Host groq() {
    return Host.of(
            "groq",
            "https://api.groq.com/openai/v1",
            USUAL
                .with(NO, EMBEDDINGS, DIMENSIONS, LOGPROBS, LOGIT_BIAS)
                .with(EMULATED, CHOICES)
                .with(BY_MODEL, SERVICE_TIER))
        .withOwnFields(
            "reasoning_format",
            "include_reasoning",
            "citation_options",
            "documents",
            "search_settings",
            "compound_custom")
        .wording(HostKinds::withoutNames)
        .wording(HostKinds::aboveZeroTemperature)
        .withAnswers(
            AnswerQuirks.NONE.with(HostKinds::groqUsageAsUsage).withReasoningIn("reasoning"))
        .withLimits(LimitHeaders.REQUESTS_BY_DAY);
  }

  private static void withoutNames(ObjectNode fields, ParameterCheck check) {
    for (var message : fields.path("messages")) {
      if (message instanceof ObjectNode named && !named.path("role").asText("").equals("tool")) {
        named.remove("name");
      }
    }
  }

  private static void aboveZeroTemperature(ObjectNode fields, ParameterCheck check) {
    if (fields.path("temperature").isNumber() && fields.path("temperature").asDouble() == 0) {
      fields.put("temperature", LEAST_TEMPERATURE);
    }
  }

  /** Streams tell their usage in a field of Groq's own. */
  private static void groqUsageAsUsage(ObjectNode answer) {
    var own = answer.remove("x_groq");
    if (own != null && own.path("usage").isObject() && !answer.path("usage").isObject()) {
      answer.set("usage", own.path("usage"));
    }
  }

  /** Its logprobs have another form; older models end with {@code eos}. */
  private static Host together() {
    return Host.of(
            "together",
            "https://api.together.xyz/v1",
            USUAL.with(NO, LOGPROBS, USER, DIMENSIONS, PARALLEL_TOOL_CALLS))
        .withOwnFields(
            "top_k",
            "min_p",
            "repetition_penalty",
            "safety_model",
            "context_length_exceeded_behavior",
            "chat_template_kwargs",
            "reasoning")
        .renaming("max_completion_tokens", "max_tokens")
        .withAnswers(
            AnswerQuirks.NONE
                .without(List.of("prompt", "kv_transfer_params"), List.of("seed", "stop_reason"))
                .withFinish("eos", "stop")
                .withReasoningIn("reasoning"))
        .withTextsMax(128);
  }

  /** A router: what works depends on the provider behind it. */
  private static Host huggingface() {
    return Host.of(
            "huggingface",
            "https://router.huggingface.co/v1",
            USUAL
                .with(NO, EMBEDDINGS, DIMENSIONS, USER, PARALLEL_TOOL_CALLS)
                .with(BY_MODEL, TOOLS, TOOL_CHOICE, JSON_SCHEMA, JSON_OBJECT, SEED, LOGPROBS)
                .with(BY_MODEL, CHOICES, LOGIT_BIAS, PENALTIES))
        .renaming("max_completion_tokens", "max_tokens")
        .withAnswers(
            AnswerQuirks.NONE.withFinish("eos_token", "stop").withReasoningIn("reasoning"));
  }

  /** Searches the web; its chunks tell usage unasked. */
  private static Host perplexity() {
    return Host.of(
            "perplexity",
            "https://api.perplexity.ai",
            USUAL
                .with(NO, EMBEDDINGS, DIMENSIONS, TOOLS, TOOL_CHOICE, PARALLEL_TOOL_CALLS)
                .with(NO, SEED, LOGPROBS, LOGIT_BIAS, STOP, USER)
                .with(EMULATED, CHOICES, JSON_OBJECT)
                .with(BY_MODEL, WEB_SEARCH))
        .withOwnFields(
            "top_k",
            "search_mode",
            "search_domain_filter",
            "search_language_filter",
            "search_recency_filter",
            "search_after_date_filter",
            "search_before_date_filter",
            "last_updated_after_filter",
            "last_updated_before_filter",
            "return_images",
            "return_related_questions",
            "disable_search",
            "enable_search_classifier")
        .renaming("max_completion_tokens", "max_tokens")
        .wording((fields, check) -> fields.remove("stream_options"))
        .wording(HostKinds::anyObjectAsSchema)
        .withAnswers(AnswerQuirks.NONE.with(HostKinds::withoutCumulated));
  }

  private static void anyObjectAsSchema(ObjectNode fields, ParameterCheck check) {
    if (fields.at("/response_format/type").asText("").equals("json_object")) {
      var format = fields.putObject("response_format").put("type", "json_schema");
      format
          .putObject("json_schema")
          .put("name", "answer")
          .putObject("schema")
          .put("type", "object");
    }
  }

  /**
   * Its chunks repeat all that was said beside what is new, and whole answers have an idle delta.
   */
  private static void withoutCumulated(ObjectNode answer) {
    for (var choice : answer.path("choices")) {
      if (choice instanceof ObjectNode said && said.has("message") && said.has("delta")) {
        said.remove(
            answer.path("object").asText("").equals("chat.completion") ? "delta" : "message");
      }
    }
  }

  /** Serves what it was started with; tool calls need flags of its server. */
  private static Host vllm() {
    return Host.of(
            "vllm",
            "http://localhost:8000/v1",
            USUAL
                .with(NO, PARALLEL_TOOL_CALLS)
                .with(BY_MODEL, AUDIO, EMBEDDINGS, DIMENSIONS, TOOLS, TOOL_CHOICE))
        .withOwnFields(
            "top_k",
            "min_p",
            "min_tokens",
            "repetition_penalty",
            "length_penalty",
            "stop_token_ids",
            "ignore_eos",
            "skip_special_tokens",
            "include_reasoning",
            "structured_outputs",
            "guided_json",
            "guided_regex",
            "guided_choice",
            "guided_grammar",
            "chat_template_kwargs",
            "mm_processor_kwargs",
            "truncate_prompt_tokens",
            "priority")
        .renaming("max_completion_tokens", "max_tokens")
        .withAnswers(
            AnswerQuirks.NONE
                .without(
                    List.of("prompt_logprobs", "prompt_token_ids", "kv_transfer_params"),
                    List.of("stop_reason", "token_ids"))
                .withReasoningIn("reasoning"));
  }

  /** Fits no schema; an overloaded one says so in a finish reason. */
  private static Host deepseek() {
    return Host.of(
            "deepseek",
            "https://api.deepseek.com",
            USUAL
                .with(NO, EMBEDDINGS, DIMENSIONS, IMAGES, SEED, LOGIT_BIAS, JSON_SCHEMA, USER)
                .with(NO, PARALLEL_TOOL_CALLS, REASONING_EFFORT)
                .with(EMULATED, CHOICES))
        .withOwnFields("thinking")
        .renaming("max_completion_tokens", "max_tokens")
        .withAnswers(
            AnswerQuirks.NONE.failingWhen("insufficient_system_resource", Verdict.OVERLOADED));
  }

  private static Host xai() {
    return Host.of(
            "xai",
            "https://api.x.ai/v1",
            USUAL
                .with(NO, EMBEDDINGS, DIMENSIONS, LOGIT_BIAS)
                .with(BY_MODEL, STOP, PENALTIES)
                .with(YES, RESPONSES))
        .withOwnFields("search_parameters", "deferred");
  }
}
