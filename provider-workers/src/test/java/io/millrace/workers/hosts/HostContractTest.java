package io.millrace.workers.hosts;

import io.millrace.workers.contract.AdapterContract;
import org.junit.jupiter.api.Nested;

/** Every host that is a value, against the contract. */
class HostContractTest {

  /** One of them. */
  private abstract static class HostContract implements AdapterContract {
    private final String kind;
    private final String basePath;

    HostContract(String kind, String basePath) {
      this.kind = kind;
      this.basePath = basePath;
    }

    @Override
    public String kind() {
      return kind;
    }

    @Override
    public String basePath() {
      return basePath;
    }
  }

  @Nested
  class Groq extends HostContract {
    Groq() {
      super("groq", "/groq/openai/v1");
    }
  }

  @Nested
  class Together extends HostContract {
    Together() {
      super("together", "/v1");
    }
  }

  @Nested
  class HuggingFace extends HostContract {
    HuggingFace() {
      super("huggingface", "/v1");
    }
  }

  @Nested
  class Perplexity extends HostContract {
    Perplexity() {
      super("perplexity", "/perplexity");
    }
  }

  @Nested
  class Vllm extends HostContract {
    Vllm() {
      super("vllm", "/v1");
    }
  }

  @Nested
  class DeepSeek extends HostContract {
    DeepSeek() {
      super("deepseek", "/v1");
    }
  }

  @Nested
  class Xai extends HostContract {
    Xai() {
      super("xai", "/v1");
    }
  }
}
