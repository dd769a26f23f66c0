# SPDX-License-Identifier: Apache-2.0
# SPDX-FileCopyrightText: The Locker authors

# Builds are debug builds in .build, shared by everything here; benchmarks make release builds in .build-release.

# What mounts needs a mount namespace of its own: see dev/test.
in_namespace := unshare -m --propagation slave

.DEFAULT_GOAL := help
.PHONY: help setup build test test-vm test-debian conformance sanity chart screenshots e2e demo run clean verify proto fmt fuzz tsan bench bench-datapath bench-remanence bench-vm image

help: ## says what there is to make
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  make %-15s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

setup: ## installs what building and testing need (Debian packages, as root)
	@dev/setup

build: setup ## builds the programs and the tests
	swift build --build-tests

test: ## runs every test against a real Ceph that is started for it (as root); TESTS="A B" runs some
	@dev/test $(TESTS)

test-vm: setup ## runs the tests of the node's data path under a kernel that has rbd, nbd and ublk, in an emulated machine, and the scenarios of dev/scenarios (as root); TESTS="A B" runs some tests alone
	@dev/vm test $(TESTS)
	@$(if $(TESTS),true,dev/scenarios/all)

test-debian: ## runs the tests that have to do with Ceph in a root of Debian 13, with its Ceph 18 (as root); TESTS="A B" runs some
	@swift build --build-tests
	@dev/debian trixie $(TESTS)

conformance: ## checks the CSI 1.13 rules, of locker serve or of ENDPOINT=unix:///… [SECRETS=file] [PARAMETERS=file] [SIZE=bytes] (as root)
	@LOCKER_CONFORMANCE_ENDPOINT=$(ENDPOINT) LOCKER_CONFORMANCE_SECRETS=$(SECRETS) \
	LOCKER_CONFORMANCE_PARAMETERS=$(PARAMETERS) LOCKER_CONFORMANCE_SIZE=$(SIZE) dev/test '^ConformanceTests\.'

sanity: ## runs upstream's csi-sanity, where it is on PATH, against locker serve on a Ceph of its own (as root)
	@dev/sanity

chart: ## tests the Helm chart: renders it with Helm's own engine, no cluster needed
	@dev/chart

screenshots: ## takes pictures of the status page in headless Chromium, which it installs (as root)
	@dev/screenshots

e2e: ## runs pods with volumes on a real Kubernetes: that of KUBECONFIG, or one that is started here (dev/kubernetes build once; as root); STORIES="A B" runs some
	@dev/e2e $(STORIES)

demo: build ## shows a volume's life on a Ceph of its own, from claim to deletion (as root)
	@$(in_namespace) .build/debug/locker-demo

run: build ## leaves the driver of the demo running, and says how to reach it (as root)
	@$(in_namespace) .build/debug/locker-demo --keep

verify: build ## checks format, generated code, imports, headers, documents
	@dev/verify

proto: ## generates the C and the Swift of proto/
	@dev/proto.sh

fmt: ## formats every Swift file
	swift format format --in-place --parallel --recursive Package.swift Sources Tests Benchmarks

fuzz: ## feeds the decoder with made-up messages
	@dev/fuzz.sh

tsan: ## runs the tests of the Ceph rooms under ThreadSanitizer (its own build)
	@dev/tsan.sh

bench: setup ## measures CreateVolume and DeleteVolume beside librbd alone, every call (BENCH=every-call), erasures (BENCH=erase), or a class with a template (BENCH=class) (release build)
	@Benchmarks/controller/run.sh $(BENCH)

bench-datapath: setup ## measures the FUSE data path with fio beside others (release build, as root; wants qemu and rbd-fuse too)
	@Benchmarks/datapath/run.sh

bench-remanence: setup ## shows what an OSD's disk still has of deleted volumes (as root)
	@Benchmarks/remanence/run.sh

bench-vm: setup ## measures kernel rbd, rbd-nbd and our nbd and ublk in one emulated machine (release build, as root; wants rbd-nbd too)
	@Benchmarks/datapath/vm

image: ## makes the container images as OCI archives, with SBOMs, in .build-image (release build, as root; no daemon); dev/image test runs them
	@dev/image

clean: ## removes what was built
	rm -rf .build .build-debian .build-fuzz .build-image .build-release .build-tsan .venv .venv-chart .venv-image
