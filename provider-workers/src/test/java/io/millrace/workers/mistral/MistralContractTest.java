package io.millrace.workers.mistral;

import io.millrace.workers.contract.AdapterContract;

class MistralContractTest implements AdapterContract {

  @Override
  public String kind() {
    return "mistral";
  }

  @Override
  public String basePath() {
    return "/mistral/v1";
  }
}
